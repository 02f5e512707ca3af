import BenchKit
import Foundation
import ProgramSupport

extension StoredReport {
    /// Reads a file that `bench --format json` wrote, or several such results in an array; a pipe or a FIFO as well.
    ///
    /// - Throws: ``StoredReportError``, which names the file and what is wrong with which field.
    static func all(in path: PathName) throws -> [StoredReport] {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try path.contents() } catch {
            throw StoredReportError("\(path)", "cannot be read: \(error.code)")
        }
        return try read(Data(bytes), "\(path)")
    }
}

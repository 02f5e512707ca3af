import Glibc
import Testing

/// A pipeline runs from the top level of a program, from the main actor and from any function.
@Suite struct MainProgramTests {
    @Test func pipelinesRunFromAnywhere() throws {
        // Built beside this test's executable.
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        let products = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).split(separator: "/").dropLast()
        let program = "/" + products.joined(separator: "/") + "/MainProgram"
        guard let output = unsafe popen("timeout 60 '\(program)' 2>&1", "r") else {
            Issue.record("\(program) could not be started (errno \(errno))")
            return
        }
        let length = unsafe fread(&buffer, 1, buffer.count, output)
        #expect(unsafe pclose(output) == 0)
        #expect(
            String(decoding: buffer.prefix(length), as: UTF8.self)
                == "top level: finished\nmain actor: finished\nfunction: finished\n")
    }
}

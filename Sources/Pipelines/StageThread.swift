import Glibc
import RingQueues

/// A stage could not be started.
public enum StageError: Error, Equatable, CustomStringConvertible {
    /// The system gave no thread; `code` is its `errno` value.
    case noThread(stage: String, code: Int32)

    /// What went wrong, with the value and the rule.
    public var description: String {
        switch self {
        case .noThread(let stage, let code): "stage '\(stage)': no thread to be had (errno \(code))"
        }
    }
}

/// A named pthread that runs one stage and can be joined once.
struct StageThread {
    let name: String
    private let handle: pthread_t

    /// Starts `work` on a thread of its own.
    init(name: String, _ work: StageWork) throws(StageError) {
        self.name = name
        work.name = name
        var handle = pthread_t()
        let retained = unsafe Unmanaged.passRetained(work)
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                // SAFETY: retained for this thread by init, and released here.
                let work = unsafe Unmanaged<StageWork>.fromOpaque(argument!).takeRetainedValue()
                Platform.nameThread(work.name)
                work.run()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            unsafe retained.release()
            throw .noThread(stage: name, code: code)
        }
        self.handle = handle
    }

    /// Waits until the stage has ended. Once.
    func join() { pthread_join(handle, nil) }
}

/// What a thread runs. A class without type parameters, because a C function starts it.
class StageWork {
    fileprivate(set) var name = ""
    func run() {}
}

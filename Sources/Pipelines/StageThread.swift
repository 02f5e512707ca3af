import Glibc
import RingQueues

/// A stage could not be started.
public enum StageError: Error, Equatable, CustomStringConvertible {
    /// The system gave no thread; `code` is its `errno` value.
    case noThread(stage: String, code: Int32)
    /// So many bytes are no stack: the system wants at least some pages.
    case invalidStack(stage: String, bytes: Int)
    /// The process may not use this processor, or there is none with this number.
    case invalidProcessor(stage: String, processor: Int)
    /// The list of processors was empty.
    case noProcessors(stage: String)

    /// What went wrong, with the value and the rule.
    public var description: String {
        switch self {
        case .noThread(let stage, let code): "stage '\(stage)': no thread to be had (errno \(code))"
        case .invalidStack(let stage, let bytes):
            "stage '\(stage)': a stack of \(bytes) bytes cannot be had; the least is \(Int(PTHREAD_STACK_MIN))"
        case .invalidProcessor(let stage, let processor):
            "stage '\(stage)': processor \(processor) is not among those that the process may use: \(Platform.affinity)"
        case .noProcessors(let stage): "stage '\(stage)': its list of processors is empty"
        }
    }
}

/// A named pthread that runs one stage and can be joined once.
struct StageThread {
    private let handle: pthread_t

    /// Starts `work` on a thread of its own.
    init(name: String, options: StageOptions = StageOptions(), _ work: StageWork) throws(StageError) {
        work.name = name
        work.processors = options.processors
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        if let bytes = options.stackBytes {
            let page = Int(getpagesize())
            guard bytes > 0, bytes <= Int.max - page,
                unsafe pthread_attr_setstacksize(&attributes, (bytes + page - 1) / page * page) == 0
            else { throw .invalidStack(stage: name, bytes: bytes) }
        }
        if let processors = options.processors {
            for processor in processors where !Platform.affinity.contains(processor) {
                throw .invalidProcessor(stage: name, processor: processor)
            }
            if processors.isEmpty { throw .noProcessors(stage: name) }
        }
        var handle = pthread_t()
        let retained = unsafe Unmanaged.passRetained(work)
        let code = unsafe pthread_create(
            &handle, &attributes,
            { argument in
                // SAFETY: retained for this thread by init, and released here.
                let work = unsafe Unmanaged<StageWork>.fromOpaque(argument!).takeRetainedValue()
                Platform.nameThread(work.name)
                if let processors = work.processors { Platform.tieThread(to: processors) }
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

    /// Leaves the stage to itself. Instead of joining it.
    func detach() { pthread_detach(handle) }
}

/// What a thread runs. A class without type parameters, because a C function starts it.
class StageWork {
    fileprivate(set) var name = ""
    fileprivate var processors: [Int]?
    func run() {}
}

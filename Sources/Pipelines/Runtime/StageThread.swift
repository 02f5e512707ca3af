import Glibc
import RingQueues

/// Why a stage could not be started or joined.
public enum StageError: Error, Equatable, CustomStringConvertible {
    /// The system could not create a thread; `code` is the `errno` value.
    case noThread(stage: String, code: Int32)
    /// The stack is smaller than ``StageOptions/minimumStackBytes``.
    case invalidStack(stage: String, bytes: Int)
    /// The process may not use this processor, or no processor has this number.
    case invalidProcessor(stage: String, processor: Int)
    /// The list of processors was empty.
    case noProcessors(stage: String)
    /// ``StageGroup/join()`` was called where it could only wait for itself: on the thread of this stage of the group, or
    /// on a thread that the stage waits for.
    case joinsItself(stage: String)

    /// What went wrong, with the value and the rule.
    public var description: String {
        switch self {
        case .noThread(let stage, let code): "could not create thread '\(stage)': \(Platform.errorName(code))"
        case .invalidStack(let stage, let bytes):
            "stage '\(stage)': a stack must have at least \(StageOptions.minimumStackBytes) bytes, got \(bytes)"
        case .invalidProcessor(let stage, let processor):
            "stage '\(stage)': processor \(processor) is not among those that the process may use: \(Platform.affinity)"
        case .noProcessors(let stage): "stage '\(stage)': its list of processors is empty"
        case .joinsItself(let stage):
            "join() would wait for itself: it was called on the thread of stage '\(stage)', or on one that it waits for"
        }
    }
}

/// A named pthread that runs one stage. It must be joined once or detached; otherwise its stack stays until the process ends.
struct StageThread {
    private let handle: pthread_t
    let number: JoinGraph.Thread
    let name: String

    /// Starts `work` on a new thread.
    init(name: String, options: StageOptions = StageOptions(), _ work: StageWork) throws(StageError) {
        work.name = name
        work.processors = options.processors
        work.number = JoinGraph.unknown()
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        if let bytes = options.stackBytes, bytes < StageOptions.minimumStackBytes {
            throw .invalidStack(stage: name, bytes: bytes)
        }
        Self.setStack(options.stackBytes, &attributes)
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
                JoinGraph.become(work.number)
                Platform.nameThread(ThreadName.fitting(work.name))
                if let processors = work.processors { Platform.tieThread(to: processors) }
                work.run()
                return nil
            }, retained.toOpaque())
        guard code == 0 else {
            unsafe retained.release()
            throw .noThread(stage: name, code: code)
        }
        self.handle = handle
        self.name = name
        number = work.number
    }

    /// Waits until the stage has ended. Call it once.
    func join() { pthread_join(handle, nil) }

    /// Detaches the thread instead of joining it: the system reclaims it when it ends.
    func detach() { pthread_detach(handle) }

    /// Joins the thread, or detaches it if a thread would otherwise wait for itself.
    func joinOrDetach() {
        let number = number
        let circle = JoinGraph.wait(for: { [number] }, join)
        if circle != nil { detach() }
    }

    /// Sets the size of the stack to the requested bytes plus thread-local storage, which the C library takes from the same
    /// memory. Raises a default that a resource limit made too small.
    private static func setStack(_ bytes: Int?, _ attributes: inout pthread_attr_t) {
        let page = Int(getpagesize())
        let wanted: Int
        if let bytes {
            wanted = bytes
        } else {
            var size = 0
            unsafe pthread_attr_getstacksize(&attributes, &size)
            if size >= StageOptions.minimumStackBytes + Platform.threadLocalBytes { return }
            wanted = StageOptions.minimumStackBytes
        }
        // If the size exceeds the address space, the attribute stays unchanged, and creating the thread fails.
        let (sum, overflow) = wanted.addingReportingOverflow(Platform.threadLocalBytes + page - 1)
        let size = (overflow ? Int.max : sum) / page * page
        let code = unsafe pthread_attr_setstacksize(&attributes, size)
        require(code == 0, "could not set a stack of \(size) bytes: \(Platform.errorName(code))")
    }
}

/// The work of a thread. This is a class without type parameters, because a C function starts it.
class StageWork {
    fileprivate(set) var name = ""
    fileprivate var processors: [Int]?
    fileprivate var number = 0
    func run() {}
}

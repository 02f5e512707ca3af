import Pipelines
import RingQueues
import TestSupport

/// The queues of a pipeline, each with a test's actions at its calls.
enum HookedKinds: QueueKinds {
    typealias OneToOne = Hooked<SPSC>
    typealias OneToMany = Hooked<SPMC>
    typealias ManyToOne = Hooked<MPSC>
    typealias ManyToMany = Hooked<MPMC>
}

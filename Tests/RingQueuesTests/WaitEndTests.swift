import CRings
import RingQueues
import Synchronization
import TestSupport
import Testing

/// A call that waited leaves no announcement, however it ends: a stale one would take the wakes of later waiters.
///
/// The event that ends the wait comes between the first try and the announcement, so that the second try, announced,
/// meets it.
@Suite(.watched) struct WaitEndTests {
    @Test func aProducerThatFindsRoom() throws {
        let ring = try Ring(holding: 1)
        ring.meanwhile({ ring.take() }) {
            #expect(AfterTry._enqueue(ring.storage, 2, deadline: .never) == .enqueued)
        }
        #expect(ring.waiting == 0)
    }

    @Test func aProducerThatIsRefused() throws {
        let ring = try Ring(holding: 1)
        ring.meanwhile({ ring.close() }) {
            #expect(AfterTry._enqueue(ring.storage, 2, deadline: .never) == .closed(2))
        }
        #expect(ring.waiting == 0)
    }

    @Test func aProducerOfABurst() throws {
        let ring = try Ring(holding: 1)
        ring.meanwhile({ ring.take() }) {
            let result = AfterTry._enqueueMany(
                ring.storage, count: 1, whole: false, deadline: .never, element: { $0 }, giveBack: { _, _ in })
            #expect(result == .enqueued(1))
        }
        #expect(ring.waiting == 0)
    }

    @Test func aConsumerThatFindsAnElement() throws {
        let ring = try Ring(holding: 0)
        ring.meanwhile({ ring.put(7) }) { #expect(ring.dequeue() == .dequeued(7)) }
        #expect(ring.waiting == 0)
    }

    @Test func aConsumerAtTheEnd() throws {
        let ring = try Ring(holding: 0)
        ring.meanwhile({ ring.close() }) { #expect(ring.dequeue() == .closed) }
        #expect(ring.waiting == 0)
    }

    @Test func aConsumerThatIsStopped() throws {
        let ring = try Ring(holding: 0)
        ring.meanwhile({ ring.close(stop: true) }) { #expect(ring.dequeue() == .closed) }
        #expect(ring.waiting == 0)
    }

    @Test func aConsumerOfABurst() throws {
        let ring = try Ring(holding: 0)
        ring.meanwhile({ ring.put(7) }) {
            let result = AfterTry._dequeueMany(
                ring.storage, count: 1, whole: false, deadline: .never, receive: { (i: Int) in #expect(i == 7) })
            #expect(result == .dequeued(1))
        }
        #expect(ring.waiting == 0)
    }

    /// It announces itself and parks, and takes its announcement back at the deadline.
    @Test func aConsumerOfABurstThatTimesOut() throws {
        let ring = try Ring(holding: 0)
        let result = AfterTry._dequeueMany(
            ring.storage, count: 1, whole: false, deadline: .after(.milliseconds(1)), receive: { (_: Int) in })
        #expect(result == .empty)
        #expect(ring.waiting == 0)
    }

    @Test func aProducerOfABurstThatTimesOut() throws {
        let ring = try Ring(holding: 1)
        let result = AfterTry._enqueueMany(
            ring.storage, count: 1, whole: false, deadline: .after(.milliseconds(1)), element: { $0 },
            giveBack: { _, _ in })
        #expect(result == .full)
        #expect(ring.waiting == 0)
    }

    /// The body may take its time, and its thread holds nothing any more.
    @Test func aProducerThatConstructs() throws {
        let ring = try Ring(holding: 1)
        ring.meanwhile({ ring.take() }) {
            let result = AfterTry._enqueue(
                ring.storage, deadline: .never,
                constructing: {
                    #expect(ring.waiting == 0)
                    return 2
                }, refused: { _ in })
            #expect(result == .enqueued)
        }
    }

    @Test func aProducerThatIsRefusedBeforeItConstructs() throws {
        let ring = try Ring(holding: 1)
        ring.meanwhile({ ring.close() }) {
            #expect(
                AfterTry._enqueue(ring.storage, deadline: .never, constructing: { 2 }, refused: { _ in }) == .closed)
        }
        #expect(ring.waiting == 0)
    }

    @Test func aConsumerThatUses() throws {
        let ring = try Ring(holding: 0)
        ring.meanwhile({ ring.put(7) }) {
            let result = AfterTry._dequeue(ring.storage, deadline: .never) { (i: inout Int) in
                #expect(ring.waiting == 0)
                return i
            }
            #expect(result == .dequeued(7))
        }
    }

    @Test func aConsumerAtTheEndBeforeItUses() throws {
        let ring = try Ring(holding: 0)
        ring.meanwhile({ ring.close() }) {
            #expect(AfterTry._dequeue(ring.storage, deadline: .never) { (i: inout Int) in i } == .closed)
        }
        #expect(ring.waiting == 0)
    }
}

/// A ring of one element whose threads park at once.
private final class Ring: Sendable {
    let storage: _QueueStorage

    init(holding count: Int) throws {
        storage = try SPSC._makeStorage(of: Int.self, capacity: 1, waiting: .park)
        for i in 0..<count { put(i) }
    }

    deinit { SPSC._freeStorage(storage, of: Int.self) }

    func put(_ element: Int) { #expect(SPSC._tryEnqueue(storage, element) == .enqueued) }
    func take() { #expect((SPSC._tryDequeue(storage, afterStop: false) as TryDequeueResult<Int>) != .empty) }
    func close(stop: Bool = false) { SPSC._close(storage, stop: stop) }
    func dequeue() -> TryDequeueResult<Int> { AfterTry._dequeue(storage, deadline: .never, afterStop: false) }

    /// The announced waiters of either side.
    var waiting: UInt32 {
        // SAFETY: made by SPSC, whose rings start with their gate; no other thread uses it now.
        let gate = unsafe storage.pointer.assumingMemoryBound(to: rq_gate.self)
        return unsafe (gate.pointee.not_empty.word | gate.pointee.not_full.word) & ~RQ_EVENT_FENCED
    }

    /// Performs the action after the first try of the call that the body makes.
    func meanwhile(_ action: @escaping @Sendable () -> Void, _ body: () -> Void) {
        AfterTry.$action.withValue(Once(action), operation: body)
    }
}

private final class Once: Sendable {
    private let action: Mutex<(@Sendable () -> Void)?>

    init(_ action: @escaping @Sendable () -> Void) { self.action = Mutex(action) }

    func run() { action.withLock { $0.take() }?() }
}

/// SPSC with an action after the first try of a call.
private enum AfterTry: RingKind, SingleProducer, SingleConsumer {
    @TaskLocal static var action: Once?

    static func _makeStorage<E: ~Copyable>(
        of: E.Type, capacity: Int, waiting: WaitStrategy
    ) throws(QueueError) -> _QueueStorage {
        try SPSC._makeStorage(of: E.self, capacity: capacity, waiting: waiting)
    }

    static func _count<E: ~Copyable>(_ storage: _QueueStorage, of: E.Type) -> Int { SPSC._count(storage, of: E.self) }

    static func attemptEnqueue<E: ~Copyable>(
        _ storage: _QueueStorage, _ element: consuming E, pauses: UInt32
    ) -> TryEnqueueResult<E> {
        defer { action?.run() }
        return SPSC.attemptEnqueue(storage, element, pauses: pauses)
    }

    static func attemptDequeue<E: ~Copyable>(_ storage: _QueueStorage, pauses: UInt32) -> TryDequeueResult<E> {
        defer { action?.run() }
        return SPSC.attemptDequeue(storage, pauses: pauses)
    }

    static func attemptEnqueueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32,
        element: (Int) -> E, giveBack: (Int, consuming E) -> Void
    ) -> TryEnqueueManyResult {
        defer { action?.run() }
        return SPSC.attemptEnqueueMany(
            storage, count: count, least: least, pauses: pauses, element: element, giveBack: giveBack)
    }

    static func attemptDequeueMany<E: ~Copyable>(
        _ storage: _QueueStorage, count: Int, least: Int, pauses: UInt32, receive: (consuming E) -> Void
    ) -> TryDequeueManyResult {
        defer { action?.run() }
        return SPSC.attemptDequeueMany(storage, count: count, least: least, pauses: pauses, receive: receive)
    }

    static func _tryEnqueue<E: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, constructing body: () throws(Failure) -> E, refused: (inout E) -> Void
    ) throws(Failure) -> TryConstructResult {
        defer { action?.run() }
        return try SPSC._tryEnqueue(storage, constructing: body, refused: refused)
    }

    static func _tryDequeue<E: ~Copyable, R: ~Copyable, Failure: Error>(
        _ storage: _QueueStorage, consuming body: (inout E) throws(Failure) -> R
    ) throws(Failure) -> TryDequeueResult<R> {
        defer { action?.run() }
        return try SPSC._tryDequeue(storage, consuming: body)
    }
}

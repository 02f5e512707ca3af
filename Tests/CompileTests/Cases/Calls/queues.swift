// Every call of a queue and its ends. `K` is the kind.
import RingQueues

struct Late: Error {}
struct Image: ~Copyable { var width = 0 }

func make() throws {
    var queue = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    var producer = queue.takeProducer()
    var consumer = queue.takeConsumer()
    let result = producer.tryEnqueue(1)
    if result.isEnqueued { print(consumer.dequeue() ?? 0) }
    let other: Queue<String, K> = try Queue.make(capacity: 1, waiting: .park)
    print(other.control.capacity)
    _ = try Queue.make(of: Int.self, kind: K.self, capacity: 1, waiting: .busySpin)
    _ = try Queue.make(of: Int.self, kind: K.self, capacity: QueueLimits.maximumCapacity, waiting: .adaptive)
    do { _ = try Queue.make(of: Int.self, kind: K.self, capacity: 0) } catch { print(error.description) }
}

func one(_ producer: inout Producer<Int, K>, _ consumer: inout Consumer<Int, K>) throws {
    switch producer.tryEnqueue(1) {
    case .enqueued: break
    case .full(let back): print(back)
    case .closed(let back): print(back)
    }
    print(producer.enqueue(2) == .enqueued)
    print(producer.enqueue(3, until: .after(.milliseconds(10))))
    print(producer.enqueue(4, until: .at(.now + .seconds(1))))
    if case .closed(let back) = producer.enqueue(5) { print(back) }
    print(producer.enqueue(5, until: .now).isEnqueued)
    try producer.enqueueOrThrow(6)
    try producer.enqueueOrThrow(7, until: .after(.seconds(1)))
    try producer.enqueueOrThrow(8, until: .at(.now.advanced(by: .seconds(1))))
    if let element = consumer.tryDequeue().element() { print(element) }
    while let element = consumer.dequeue() { print(element) }
    switch consumer.dequeue(until: .after(.seconds(1))) {
    case .dequeued(let element): print(element)
    case .empty, .closed: break
    }
    print(consumer.dequeue(until: .at(.now + .seconds(1))) == .empty)
    print(consumer.drain { print($0) })
    consumer.drain { _ in }
    print(producer.capacity, producer.count, producer.isClosed, producer.poison ?? .finished)
    print(consumer.capacity, consumer.count, consumer.isClosed, consumer.poison ?? .finished)
}

func several(_ producer: inout Producer<Int, K>, _ consumer: inout Consumer<Int, K>) {
    let elements = [1, 2, 3]
    print(producer.tryEnqueueBurst(copying: elements.span) == .full)
    print(producer.enqueueBurst(copying: elements.span) ?? 0)
    print(producer.enqueueBurst(copying: elements.span, until: .after(.seconds(1))))
    print(producer.enqueueBurst(copying: elements.span.extracting(1...), until: .at(.now + .seconds(1))))
    let taken = [Int](unsafeUninitializedCapacity: 8) { buffer, count in
        var span = OutputSpan(buffer: buffer, initializedCount: 0)
        _ = consumer.tryDequeueBurst(into: &span)
        _ = consumer.dequeueBurst(into: &span)
        _ = consumer.dequeueBurst(into: &span, until: .after(.seconds(1)))
        _ = consumer.dequeueBurst(into: &span, until: .at(.now + .seconds(1)))
        #if BULK
            _ = consumer.tryDequeueBulk(2, into: &span)
        #endif
        count = span.finalize(for: buffer)
    }
    print(taken)
    #if BULK
        print(producer.tryEnqueueBulk(copying: elements.span))
    #endif
}

func moved(_ producer: inout Producer<Image, K>, _ consumer: inout Consumer<Image, K>) {
    if case .full(let back) = producer.tryEnqueue(Image()) { print(back.width) }
    _ = producer.enqueue(Image(width: 3))
    withTemporaryAllocation(4) { span in
        span.append(Image())
        switch producer.tryEnqueueBurst(moving: &span) {
        case .enqueued(let count): print(count)
        case .full, .closed: break
        }
    }
    withTemporaryAllocation(4) { span in
        span.append(Image())
        _ = producer.enqueueBurst(moving: &span)
    }
    withTemporaryAllocation(4) { span in
        span.append(Image())
        _ = producer.enqueueBurst(moving: &span, until: .after(.seconds(1)))
    }
    withTemporaryAllocation(4) { span in
        span.append(Image())
        _ = producer.enqueueBurst(moving: &span, until: .at(.now + .seconds(1)))
    }
    #if BULK
        withTemporaryAllocation(4) { span in
            span.append(Image())
            _ = producer.tryEnqueueBulk(moving: &span)
        }
    #endif
    if let image = consumer.dequeue() { print(image.width) }
    consumer.drain { image in print(image.width) }
}

func withTemporaryAllocation(_ capacity: Int, _ body: (inout sending OutputSpan<Image>) -> Void) {
    let buffer = UnsafeMutableBufferPointer<Image>.allocate(capacity: capacity)
    var span = OutputSpan(buffer: buffer, initializedCount: 0)
    body(&span)
    let count = span.finalize(for: buffer)
    buffer.extracting(..<count).deinitialize()
    buffer.deallocate()
}

func inPlace(_ producer: inout Producer<Image, K>, _ consumer: inout Consumer<Image, K>) throws {
    #if SINGLE_PRODUCER
        print(producer.tryEnqueue { Image() }.isEnqueued, producer.enqueue { Image(width: 1) }.isEnqueued)
        print(producer.enqueue(until: .after(.seconds(1))) { Image() }.isEnqueued)
        print(producer.enqueue(until: .at(.now + .seconds(1))) { Image() }.isEnqueued)
        _ = try producer.tryEnqueue(constructing: { () throws(Late) in throw Late() })
    #endif
    #if SINGLE_CONSUMER
        print(consumer.tryDequeue { $0.width }, consumer.dequeue { image in image.width } ?? 0)
        print(consumer.dequeue(until: .after(.seconds(1))) { $0.width })
        print(consumer.dequeue(until: .at(.now + .seconds(1))) { $0.width })
        _ = try consumer.tryDequeue { (image: inout Image) throws(Late) -> Int in throw Late() }
    #endif
}

func ends() throws {
    var queue = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    let control = queue.control
    let producer = queue.takeProducer()
    let consumer = queue.takeConsumer()
    #if MANY_PRODUCERS
        var second = producer.clone()
        _ = second.tryEnqueue(2)
    #endif
    #if MANY_CONSUMERS
        var third = consumer.clone()
        _ = third.tryDequeue()
    #endif
    print(producer.control.count, consumer.control.capacity, control.isClosed)
    producer.finish()
    control.cancel()
    control.fail(Late())
    switch control.poison {
    case .finished: print("finished")
    case .cancelled: print("cancelled")
    case .failed(let error): print(error)
    case nil: break
    }
}

func kinds<Kind: QueueKind>(_ producer: inout Producer<Int, Kind>, _ consumer: inout Consumer<Int, Kind>) {
    _ = producer.enqueue(1)
    _ = consumer.dequeue()
}

func generic(_ producer: inout Producer<Int, K>, _ consumer: inout Consumer<Int, K>) { kinds(&producer, &consumer) }

func asynchronous() async throws {
    var queue = try Queue.make(of: Int.self, kind: K.self, capacity: 8)
    var producer = queue.takeProducer()
    let consumer = queue.takeConsumer()
    while case .full = producer.tryEnqueue(1) { await Task.yield() }
    let task = Task { [consumer = Box(consumer)] in consumer.end.tryDequeue().element() }
    print(await task.value ?? 0)
}

final class Box: @unchecked Sendable {
    var end: Consumer<Int, K>
    init(_ end: consuming Consumer<Int, K>) { self.end = end }
}

/// Consumers block; the cost of that, and how quickly they wake.
private enum Wakes {
    static let count = 20
    static let pause = 10

    /// Waits for the quiet and watches it for the given time.
    static func watchQuiet(_ crew: Crew, milliseconds: Int) -> (nanoseconds: Int, cpu: Int) {
        crew.gather()
        Clock.sleep(milliseconds: pause)
        let from = Stamp.now
        Clock.sleep(milliseconds: milliseconds)
        let to = Stamp.now
        return (to.wall - from.wall, to.cpu - from.cpu)
    }
}

extension Threads {
    func idle<Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        let ends = try peer.open(work.capacity, 1, work.consumers)
        let crew = Crew(size: work.consumers, pins: work.pins)
        for (c, parcel) in ends.consumers.enumerated() {
            crew.thread(c) {
                var input = parcel.open()
                var part = Part(samples: Samples(capacity: Wakes.count))
                while let element = input.dequeue() { part.arrived(element) }
                return part
            }
        }
        let quiet = Wakes.watchQuiet(crew, milliseconds: work.milliseconds)
        var made = Tally()
        do {
            var out = ends.producers[0].open()
            for _ in 0..<Wakes.count {
                Clock.sleep(milliseconds: Wakes.pause)
                let time = Clock.now
                _ = out.enqueue(Out.Element(time))
                made.enter(time)
            }
        }
        return crew.result(made: made).withWakes(quiet: quiet.nanoseconds, cpu: quiet.cpu)
    }
}

extension Tasks {
    func idle<Out: TaskProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>, _ consumers: Int
    ) throws -> Result where In.Element == Out.Element {
        let ends = try peer.open(work.capacity, 1, consumers)
        let crew = Crew(size: consumers)
        for parcel in ends.consumers {
            crew.task {
                var input = parcel.open()
                var part = Part(samples: Samples(capacity: Wakes.count))
                while let element = await input.next() { part.arrived(element) }
                return part
            }
        }
        let quiet = Wakes.watchQuiet(crew, milliseconds: work.milliseconds)
        // In place of the main thread, which cannot send.
        let waker = Crew(size: 1)
        waker.task {
            var made = Tally()
            var out = ends.producers[0].open()
            for _ in 0..<Wakes.count {
                try? await Task.sleep(for: .milliseconds(Wakes.pause))
                let time = Clock.now
                await out.send(Out.Element(time))
                made.enter(time)
            }
            return Part(made: made)
        }
        let made = waker.result().made
        return crew.result(made: made).withWakes(quiet: quiet.nanoseconds, cpu: quiet.cpu)
    }
}

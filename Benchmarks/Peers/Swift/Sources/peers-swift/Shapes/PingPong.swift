extension Threads {
    func pingpong<Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        let there = try peer.open(work.capacity, 1, 1)
        let back = try peer.open(work.capacity, 1, 1)
        let crew = Crew(size: 2, pins: work.pins)
        let rounds = Parcel(Rounds())
        crew.thread(0) {
            var out = there.producers[0].open()
            var input = back.consumers[0].open()
            return Work.ping(&out, &input, rounds.open(), crew)
        }
        crew.thread(1) {
            var input = there.consumers[0].open()
            var out = back.producers[0].open()
            while let element = input.dequeue() { _ = out.enqueue(element) }
            return Part()
        }
        crew.run(milliseconds: work.milliseconds)
        return crew.result().withLatencies()
    }
}

extension Work {
    fileprivate static func ping<Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable>(
        _ out: inout Out, _ input: inout In, _ rounds: consuming Rounds, _ crew: Crew
    ) -> Part where In.Element == Out.Element {
        var rounds = rounds
        repeat {
            let began = Clock.now
            _ = out.enqueue(Out.Element(rounds.next))
            guard let answer = input.dequeue() else { return rounds.broken }
            rounds.enter(answer, began)
        } while !crew.isOver && !rounds.isFull
        return rounds.part
    }
}

extension Tasks {
    func pingpong<Out: TaskProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        let there = try peer.open(work.capacity, 1, 1)
        let back = try peer.open(work.capacity, 1, 1)
        let crew = Crew(size: 2)
        let parcel = Parcel(Rounds())
        crew.task {
            var out = there.producers[0].open()
            var input = back.consumers[0].open()
            var rounds = parcel.open()
            repeat {
                let began = Clock.now
                await out.send(Out.Element(rounds.next))
                guard let answer = await input.next() else { return rounds.broken }
                rounds.enter(answer, began)
            } while !crew.isOver && !rounds.isFull
            return rounds.part
        }
        crew.task {
            var input = there.consumers[0].open()
            var out = back.producers[0].open()
            while let element = await input.next() { await out.send(element) }
            return Part()
        }
        crew.run(milliseconds: work.milliseconds)
        return crew.result().withLatencies()
    }
}

/// The bookkeeping of the asking side. It comes in a parcel: a copy of its samples would be made within the time.
private struct Rounds {
    /// The value that is sent next.
    private(set) var next = 0
    private var taken = Tally()
    private var isSound = true
    private var samples = Samples(capacity: Samples.most)

    var isFull: Bool { samples.isFull }

    @inline(__always)
    mutating func enter(_ answer: some Payload, _ began: Int) {
        samples.add(Clock.now - began)
        isSound = isSound && answer.value == next && answer.isIntact
        taken.enter(answer.value)
        next += 1
    }

    var part: Part { Part(made: Tally(of: 0, count: next), taken: taken, isSound: isSound, samples: samples) }

    /// The other side is gone.
    var broken: Part {
        var part = part
        part.isSound = false
        return part
    }
}

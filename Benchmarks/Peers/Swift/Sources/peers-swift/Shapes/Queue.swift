extension Threads {
    func queue<Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        let ends = try peer.open(work.capacity, work.producers, work.consumers)
        let crew = Crew(size: work.producers + work.consumers, pins: work.pins)
        for (p, parcel) in ends.producers.enumerated() {
            crew.thread(p) { [work] in
                var out = parcel.open()
                return Part(made: work.batch > 1 ? work.produceBursts(&out, p, crew) : work.produce(&out, p, crew))
            }
        }
        for (c, parcel) in ends.consumers.enumerated() {
            crew.thread(work.producers + c) { [work] in
                var input = parcel.open()
                return work.batch > 1 ? work.consumeBursts(&input) : work.consume(&input)
            }
        }
        crew.run(milliseconds: work.milliseconds)
        return crew.result()
    }
}

extension Work {
    fileprivate func produce<Out: WaitingProducer & ~Copyable>(_ out: inout Out, _ p: Int, _ crew: Crew) -> Tally {
        let first = Numbering.first(of: p)
        var made = 0
        repeat {
            _ = out.enqueue(Out.Element(first | made))
            made += 1
        } while !crew.isOver
        return Tally(of: p, count: made)
    }

    fileprivate func produceBursts<Out: WaitingProducer & ~Copyable>(
        _ out: inout Out, _ p: Int, _ crew: Crew
    ) -> Tally {
        let first = Numbering.first(of: p)
        var burst = Burst<Out.Element>(batch)
        var made = 0
        repeat {
            burst.send(&out) { Out.Element(first | made + $0) }
            made += batch
        } while !crew.isOver
        return Tally(of: p, count: made)
    }

    fileprivate func consume<In: WaitingConsumer & ~Copyable>(_ input: inout In) -> Part {
        var ledger = Ledger(producers: producers)
        while let element = input.dequeue() {
            ledger.enter(element)
            Clock.work(workNanoseconds)
        }
        return Part(taken: ledger.tally, isSound: ledger.isSound)
    }

    fileprivate func consumeBursts<In: WaitingConsumer & ~Copyable>(_ input: inout In) -> Part {
        var ledger = Ledger(producers: producers)
        var burst = Burst<In.Element>(batch)
        var goesOn = true
        while goesOn {
            goesOn = burst.receive(&input) {
                ledger.enter($0)
                Clock.work(workNanoseconds)
            }
        }
        return Part(taken: ledger.tally, isSound: ledger.isSound)
    }
}

extension Tasks {
    func queue<Out: TaskProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        try queue(peer) { out, p, crew in
            let first = Numbering.first(of: p)
            var made = 0
            repeat {
                await out.send(Out.Element(first | made))
                made += 1
            } while !crew.isOver
            return Tally(of: p, count: made)
        }
    }

    /// Each call that sends has as many elements as asked for; each call that receives takes one.
    func queueBursts<Out: BurstProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        try queue(peer) { [batch = work.batch] out, p, crew in
            let first = Numbering.first(of: p)
            var burst: [Out.Element] = []
            burst.reserveCapacity(batch)
            var made = 0
            repeat {
                burst.removeAll(keepingCapacity: true)
                for i in made..<made + batch { burst.append(Out.Element(first | i)) }
                await out.send(contentsOf: burst)
                made += batch
            } while !crew.isOver
            return Tally(of: p, count: made)
        }
    }

    private func queue<Out: TaskProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>, _ produce: @escaping @Sendable (inout Out, Int, Crew) async -> Tally
    ) throws -> Result where In.Element == Out.Element {
        let ends = try peer.open(work.capacity, work.producers, work.consumers)
        let crew = Crew(size: work.producers + work.consumers)
        for (p, parcel) in ends.producers.enumerated() {
            crew.task {
                var out = parcel.open()
                return Part(made: await produce(&out, p, crew))
            }
        }
        for parcel in ends.consumers {
            crew.task { [work] in
                var input = parcel.open()
                var ledger = Ledger(producers: work.producers)
                while let element = await input.next() {
                    ledger.enter(element)
                    Clock.work(work.workNanoseconds)
                }
                return Part(taken: ledger.tally, isSound: ledger.isSound)
            }
        }
        crew.run(milliseconds: work.milliseconds)
        return crew.result()
    }
}

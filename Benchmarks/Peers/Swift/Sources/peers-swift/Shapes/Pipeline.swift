extension Threads {
    func pipeline<
        Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable,
        FarOut: WaitingProducer & ~Copyable, FarIn: WaitingConsumer & ~Copyable
    >(_ near: Peer<Out, In>, _ far: Peer<FarOut, FarIn>) throws -> Result
    where In.Element == Out.Element, In.Element == FarOut.Element, FarIn.Element == FarOut.Element {
        let many = Work.intermediaries
        let first = try near.open(work.capacity, 1, many)
        let second = try far.open(work.capacity, many, 1)
        let crew = Crew(size: many + 2, pins: work.pins)
        crew.thread(0) {
            var out = first.producers[0].open()
            return Part(made: Work.produce(&out, crew))
        }
        for i in 0..<many {
            crew.thread(1 + i) { [work] in
                var input = first.consumers[i].open()
                var out = second.producers[i].open()
                work.pass(&input, &out)
                return Part()
            }
        }
        crew.thread(1 + many) {
            var input = second.consumers[0].open()
            return Work.collect(&input)
        }
        crew.run(milliseconds: work.milliseconds)
        return crew.result()
    }
}

extension Work {
    fileprivate static func produce<Out: WaitingProducer & ~Copyable>(_ out: inout Out, _ crew: Crew) -> Tally {
        var made = 0
        repeat {
            _ = out.enqueue(Out.Element(made))
            made += 1
        } while !crew.isOver
        return Tally(of: 0, count: made)
    }

    fileprivate func pass<In: WaitingConsumer & ~Copyable, Out: WaitingProducer & ~Copyable>(
        _ input: inout In, _ out: inout Out
    ) where In.Element == Out.Element {
        while let element = input.dequeue() {
            Clock.work(workNanoseconds)
            _ = out.enqueue(element)
        }
    }

    fileprivate static func collect<In: WaitingConsumer & ~Copyable>(_ input: inout In) -> Part {
        var part = Part()
        while let element = input.dequeue() { part.enter(element) }
        return part
    }
}

extension Tasks {
    func pipeline<Out: TaskProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        let many = Work.intermediaries
        let first = try peer.open(work.capacity, 1, many)
        let second = try peer.open(work.capacity, many, 1)
        let crew = Crew(size: many + 2)
        crew.task {
            var out = first.producers[0].open()
            var made = 0
            repeat {
                await out.send(Out.Element(made))
                made += 1
            } while !crew.isOver
            return Part(made: Tally(of: 0, count: made))
        }
        for i in 0..<many {
            crew.task { [work] in
                var input = first.consumers[i].open()
                var out = second.producers[i].open()
                while let element = await input.next() {
                    Clock.work(work.workNanoseconds)
                    await out.send(element)
                }
                return Part()
            }
        }
        crew.task {
            var input = second.consumers[0].open()
            var part = Part()
            while let element = await input.next() { part.enter(element) }
            return part
        }
        crew.run(milliseconds: work.milliseconds)
        return crew.result()
    }
}

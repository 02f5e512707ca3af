/// When elements are due: the same number at each tick, from the first after the start to the last within the time.
private struct Schedule {
    let began = Clock.now
    let ticks: Int
    let burst: Int

    init(_ work: Work) {
        ticks = work.milliseconds * 1_000_000 / Work.tickNanoseconds
        burst = work.rate / Work.ticksPerSecond
    }

    var count: Int { ticks * burst }

    func due(_ tick: Int) -> Int { began + tick * Work.tickNanoseconds }
}

extension Threads {
    func paced<Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        let ends = try peer.open(work.capacity, 1, 1)
        let crew = Crew(size: 2, pins: work.pins)
        // In a parcel: a copy would be made within the time.
        let samples = Parcel(Samples(capacity: Schedule(work).count))
        crew.thread(0) { [work] in
            var out = ends.producers[0].open()
            let schedule = Schedule(work)
            var made = Tally()
            for tick in 1...schedule.ticks {
                let due = schedule.due(tick)
                Clock.sleep(until: due)
                for _ in 0..<schedule.burst {
                    _ = out.enqueue(Out.Element(due))
                    made.enter(due)
                }
            }
            return Part(made: made)
        }
        crew.thread(1) {
            var input = ends.consumers[0].open()
            var part = Part(samples: samples.open())
            while let element = input.dequeue() { part.arrived(element) }
            return part
        }
        return crew.result().withLatencies()
    }
}

extension Tasks {
    func paced<Out: TaskProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        let ends = try peer.open(work.capacity, 1, 1)
        let crew = Crew(size: 2)
        // In a parcel: a copy would be made within the time.
        let samples = Parcel(Samples(capacity: Schedule(work).count))
        crew.task { [work] in
            var out = ends.producers[0].open()
            let schedule = Schedule(work)
            // Tasks do not sleep by the clock of the schedule.
            let clock = ContinuousClock()
            let began = clock.now - .nanoseconds(Clock.now - schedule.began)
            var made = Tally()
            for tick in 1...schedule.ticks {
                let due = schedule.due(tick)
                try? await clock.sleep(until: began + .nanoseconds(due - schedule.began), tolerance: .zero)
                for _ in 0..<schedule.burst {
                    await out.send(Out.Element(due))
                    made.enter(due)
                }
            }
            return Part(made: made)
        }
        crew.task {
            var input = ends.consumers[0].open()
            var part = Part(samples: samples.open())
            while let element = await input.next() { part.arrived(element) }
            return part
        }
        return crew.result().withLatencies()
    }
}

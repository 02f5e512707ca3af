import RingQueues

extension Flow where Element: Sendable {
    /// Adds a stage on one thread that collects elements into arrays, in their order.
    ///
    /// - Parameters:
    ///   - name: the name of the stage and of its thread; the system keeps 15 bytes of it.
    ///   - max: the number of elements in a full batch, which is passed on.
    ///   - time: a batch with fewer elements is passed on when this time has passed since its first element was taken. With
    ///     zero or less, the elements that one look finds are passed on. Without it, only the last batch has fewer.
    ///   - options: for the thread and the queue before it.
    ///   - undelivered: gets the elements that were meant for this stage and do not reach it, and, when the pipeline is
    ///     stopped, those that it has collected.
    /// - Returns: arrays of one to `max` elements.
    /// - Precondition: `max` is at least 1.
    public consuming func batch(
        _ name: String, max: Int, within time: Duration? = nil, options: StageOptions = StageOptions(),
        undelivered: (@Sendable (consuming sending Element) -> Void)? = nil
    ) -> Flow<[Element], SingleWorker, Kinds> {
        require(max >= 1, "batch size must be at least 1, got \(max)")
        let pipeline = pipeline
        let input = connect(1, options, Undelivered(undelivered))
        return Flow<[Element], SingleWorker, Kinds>(pipeline, name) {
            .batching(name, max, time, options, from: input, into: $0)
        }
    }
}

extension StagePlan {
    fileprivate static func batching<Element: Sendable>(
        _ name: String, _ max: Int, _ time: Duration?, _ options: StageOptions, from source: StageInput<Element>,
        into target: StageOutput<[Element]>
    ) -> StagePlan {
        StagePlan(
            name: name, workers: 1, options: options, inputs: source.ends, outputs: target.ends, given: []
        ) { worker, number in
            let inlet = source.inlet(worker, number, 1)
            let outlet = target.outlet(worker)
            return { hasThread, leaves in
                if hasThread {
                    worker.works(at: Worker.now)
                    var emit = Emitter(outlet, worker)
                    do throws(StageExit) { try worker.batch(inlet, &emit, max, time) } catch { leaves(error) }
                }
                inlet.end()
            }
        }
    }
}

extension Worker {
    /// Collects batches and emits them. If the pipeline is stopped before a batch is passed on, its elements are undelivered.
    fileprivate func batch<Element: Sendable>(
        _ inlet: borrowing Inlet<Element>, _ emit: inout Emitter<[Element]>, _ max: Int, _ time: Duration?
    ) throws(StageExit) {
        var hoard = try Hoard<Element>()
        var gathered: [Element] = []
        defer {
            add(StageCell.taken, -gathered.count)
            add(StageCell.completed, -gathered.count)
            for element in gathered { inlet.undelivered(element) }
            while !hoard.isEmpty { inlet.undelivered(hoard.removeFirst()) }
        }
        var deadline = Deadline.never
        func send(_ emit: inout Emitter<[Element]>) throws(StageExit) {
            let batch = gathered
            gathered = []
            deadline = .never
            do { try emit(batch) } catch {
                throw halt.isOpen ? .stopped : exit(of: emit.cause(of: error), emit.isRefused)
            }
            // A batch that was refused counts as well: it was in flight until now.
            limit?.left()
        }
        while let count = hoard.refill(inlet, Swift.min(max - gathered.count, Hoard<Element>.capacity), until: deadline)
        {
            if halt.isOpen { throw .stopped }
            if gathered.isEmpty, count > 0 {
                // Reserve less than `max`, which may be more than fits into memory. The array grows as elements come.
                gathered.reserveCapacity(Swift.min(max, Hoard<Element>.fitting(1024)))
                if let time { deadline = Deadline.after(time).fixed }
            }
            // Count the elements as completed. Otherwise a source at the bound could wait for a batch that waits for more.
            add(StageCell.taken, count)
            add(StageCell.completed, count)
            while !hoard.isEmpty { gathered.append(hoard.removeFirst()) }
            limit?.left()
            // Check the deadline as well: if elements come without a pause, no call times out.
            if count == 0 || gathered.count == max || deadline.isOver { try send(&emit) }
        }
        if let cut = inlet.cut() { throw cut }
        if halt.isOpen { throw .stopped }
        if !gathered.isEmpty { try send(&emit) }
    }
}

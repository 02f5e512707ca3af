import TestSupport
import Testing

extension Stress {
    /// Random calls of one thread, compared with an array that does the same, for every kind. `RINGQUEUES_WALKS` says
    /// how many walks of up to two hundred calls; a failure names the seed that repeats it.
    @Suite struct WalkTests {
        @Test(arguments: Kinds.all) func aQueueDoesWhatAnArrayDoes(kind: any TestKind.Type) throws {
            let seed = Settings.seed
            func walk<K: TestKind>(_ kind: K.Type) throws {
                let dog = Watchdog("walks over \(kind), seed \(seed)")
                for number in 0..<Settings.walks {
                    dog.watch.progress()
                    let wrong = try RandomWalk<K>.run(seed &+ UInt64(number))
                    try #require(wrong == nil)
                }
                dog.stop()
                print("figure: \(Settings.walks) random walks went as an array's")
            }
            try walk(kind)
        }
    }
}

import CPeers
import Foundation
import MutexQueues
import RingQueues

enum Contender: String, CaseIterable {
    case ring
    case ckRing = "ck-ring"
    case mutex
    case stages
    case asyncStream = "async-stream"
    case asyncChannel = "async-channel"
    case asyncMPSC = "async-mpsc"
    case conditionDeque = "nscondition-deque"
    case mutexDeque = "mutex-deque"
    case semaphoreDeque = "dispatch-semaphore"

    /// How it waits when it has nothing to do, and whether there is no bound: as `--list` prints it.
    var waiting: String {
        switch self {
        case .mutexDeque: "yields"
        case .asyncStream: "suspends\tunbounded"
        case .asyncChannel, .asyncMPSC: "suspends"
        default: "parks"
        }
    }

    /// The version of the measured library.
    func version(swift: String) -> String {
        switch self {
        case .asyncChannel, .asyncMPSC: "swift-async-algorithms \(unsafe String(cString: peers_async_algorithms()))"
        default: swift
        }
    }

    /// Does the work once. `nil`: it cannot do such work.
    func run(_ work: Work) throws -> Result? {
        switch work.payload {
        case .bytes8: try run(work, Int.self)
        case .bytes64: try run(work, Words<8>.self)
        case .bytes256: try run(work, Words<32>.self)
        case .object: try run(work, Object.self)
        }
    }

    private func run<P: Payload>(_ work: Work, _ payload: P.Type) throws -> Result? {
        let threads = Threads(work: work)
        let tasks = Tasks(work: work)
        return switch self {
        case .ring: try threads.run(CheapestKinds.self, payload)
        case .ckRing: try threads.run(ConcurrencyKitKinds.self, payload)
        case .mutex: try threads.run(.own(MutexMPMC.self, of: payload))
        case .stages: try Stages(work: work).run(payload)
        case .asyncStream: try tasks.run(StreamPeer<P>.peer, hasConsumers: false)
        case .asyncChannel: try tasks.run(ChannelPeer<P>.peer, hasConsumers: true)
        case .asyncMPSC: try tasks.runBursts(MultiProducerPeer<P>.peer)
        case .conditionDeque: try threads.run(.shared(ConditionDeque<P>.self))
        case .mutexDeque: try threads.run(Peer.shared(MutexDeque<P>.self).retried(Yielding.self))
        case .semaphoreDeque: try threads.run(.shared(SemaphoreDeque<P>.self))
        }
    }
}

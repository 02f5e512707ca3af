import Glibc
import RingQueues
import TestSupport
import Testing

/// Faults that a sanitizer has to notice, so that its silence means something. `scripts/lib/sanitize` plants them one at a
/// time and requires a report of each.
@Suite(.enabled(if: Settings.planted != nil)) struct PlantedTests {
    @Test func aFault() throws {
        switch Settings.planted {
        case "race": try race()
        case "leak": leak()
        case "overrun": overrun()
        case "unwritten": unwritten()
        default: Issue.record("nothing is planted by the name of '\(Settings.planted ?? "")'")
        }
    }
}

private final class Cargo {
    var weight = 0
}

/// A producer that writes to an element that it has given away.
private func race() throws {
    nonisolated(unsafe) let cargo = Cargo()
    // The producer's end stays: its close would hand the write over as well.
    let isTaken = Level()
    var queue = try Queue.make(of: Int.self, kind: SPSC.self, capacity: 1)
    var threads = Threads()
    threads.start(queue.takeProducer()) { producer in
        _ = producer.enqueue(1)
        unsafe cargo.weight = 1
        isTaken.wait()
    }
    threads.start(queue.takeConsumer()) { consumer in
        _ = consumer.dequeue()
        unsafe cargo.weight += 1
        isTaken.rise()
    }
    threads.join()
    #expect(unsafe cargo.weight > 0)
}

/// Elements that are never freed, and unreachable. Many, because one may be left in a register. Their addresses are
/// used, because an unused element is never made in release.
private func leak() {
    var mixed: UInt = 1
    for _ in 0..<1000 { mixed ^= unsafe UInt(bitPattern: Unmanaged.passRetained(Cargo()).toOpaque()) }
    #expect(mixed != 0)
}

/// A slot past the last one.
private func overrun() {
    let slots = UnsafeMutablePointer<Int>.allocate(capacity: 4)
    unsafe memset(slots, 1, 5 * MemoryLayout<Int>.stride)
    #expect(unsafe slots[3] != 0)
    unsafe slots.deallocate()
}

/// A slot that was never written decides something. Not inlined, so that the report names it.
@inline(never)
private func unwritten() {
    let slots = UnsafeMutablePointer<Int>.allocate(capacity: 4)
    if unsafe slots[2] == 7 { print("the slot had a seven") }
    unsafe slots.deallocate()
}

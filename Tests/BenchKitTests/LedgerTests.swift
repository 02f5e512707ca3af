import Testing

import BenchKit

/// The benchmark's own verification must be able to fail.
@Suite struct LedgerTests {
    private func ledger(_ values: [Int], producers: Int = 2) -> (count: Int, sum: Int, isSound: Bool) {
        var ledger = Ledger(producers: producers)
        for value in values { ledger.enter(value) }
        return (ledger.count, ledger.sum, ledger.isSound)
    }

    @Test func acceptsEachProducersOrder() {
        let values = [Ledger.value(0, of: 1), Ledger.value(0, of: 0), Ledger.value(1, of: 1), Ledger.value(1, of: 0)]
        let ledger = ledger(values)
        #expect(ledger.isSound)
        #expect(ledger.count == 4)
        #expect(ledger.sum == Ledger.sum(of: 0, elements: 2) + Ledger.sum(of: 1, elements: 2))
    }

    @Test func noticesDoubledReorderedAndForeignElements() {
        #expect(!ledger([Ledger.value(0, of: 0), Ledger.value(0, of: 0)]).isSound)
        #expect(!ledger([Ledger.value(1, of: 0), Ledger.value(0, of: 0)]).isSound)
        #expect(!ledger([Ledger.value(0, of: 2)]).isSound)
        #expect(!ledger([-1]).isSound)
    }

    @Test func noticesLostElementsByTheirSum() {
        let lost = ledger([Ledger.value(0, of: 0), Ledger.value(2, of: 0)], producers: 1)
        #expect(lost.sum != Ledger.sum(of: 0, elements: 3))
    }

    @Test func noticesTornElements() {
        var torn = Payload64(7)
        unsafe withUnsafeMutableBytes(of: &torn) { bytes in
            unsafe bytes.storeBytes(of: 8, toByteOffset: 0, as: Int.self)
        }
        #expect(Payload64(7).isIntact && Payload256(7).isIntact)
        #expect(!torn.isIntact)
    }

    @Test func arrivalsNoticeWhatIsMissingOrDoubled() {
        let departures = Departures(elements: 3)
        func arrivals(_ values: [Int]) -> Arrivals {
            var arrivals = Arrivals(elements: 3)
            for value in values { arrivals.enter(value, departures) }
            return arrivals
        }
        #expect(arrivals([2, 0, 1]).isComplete(3))
        #expect(!arrivals([2, 0]).isComplete(3))
        #expect(!arrivals([2, 0, 0]).isComplete(3))
        #expect(!arrivals([2, 0, 3]).isComplete(3))
    }
}

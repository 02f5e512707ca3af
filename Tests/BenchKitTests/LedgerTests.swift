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

    /// An element whose last word is that of another.
    private func torn<P: Payload>(_ element: P) -> P {
        var element = element
        unsafe withUnsafeMutableBytes(of: &element) { bytes in
            unsafe bytes[bytes.count - 1] ^= 1
        }
        return element
    }

    @Test func noticesTornElements() {
        func entered<P: Payload>(_ element: P) -> (isGood: Bool, isSound: Bool, sum: Int) {
            var ledger = Ledger(producers: 1)
            let isGood = ledger.enter(element)
            return (isGood, ledger.isSound, ledger.sum)
        }
        #expect(entered(Payload64(7)) == (true, true, 7) && entered(Payload256(7)) == (true, true, 7))
        #expect(entered(torn(Payload64(7))) == (false, false, 7))
        #expect(entered(torn(Payload256(7))) == (false, false, 7))
    }

    @Test func arrivalsNoticeTornElements() {
        let departures = Departures(elements: 1)
        func isComplete<P: Payload>(_ element: P) -> Bool {
            var arrivals = Arrivals(elements: 1)
            arrivals.enter(element, departures)
            return arrivals.isComplete(1)
        }
        #expect(isComplete(Payload64(0)) && isComplete(Payload256(0)))
        #expect(!isComplete(torn(Payload64(0))) && !isComplete(torn(Payload256(0))))
    }

    @Test func onlyElementsOfARunHaveADeparture() {
        let departures = Departures(elements: 100)
        #expect([0, 64].allSatisfy(departures.has))
        #expect(![1, 63, -64, 128, 1 << 39, .min].contains(where: departures.has))
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

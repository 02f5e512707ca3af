import BenchKit
import Testing

extension Provenance {
    /// A quiet machine that does not exist.
    static var test: Provenance {
        Provenance(
            machine: Machine(
                cpu: "test", cores: 2, affinity: "0-1", quota: nil, kernel: "Linux", toolchain: "Swift", commit: "0"),
            conditions: Conditions(busyPercent: 0, stealPercent: 0, throttled: 0, debug: false))
    }
}

/// The report says what makes figures doubtful.
@Suite struct ConditionsTests {
    @Test func aQuietMachineIsNotWarnedOf() { #expect(Provenance.test.conditions.warnings.isEmpty) }

    @Test func doubtfulConditionsAreReported() {
        let bad = Conditions(busyPercent: 50, stealPercent: 7.5, throttled: 3, debug: true)
        #expect(
            bad.warnings == [
                "This is a debug build: its figures say nothing; use -c release.",
                "The machine was busy before the start: 50 % of its processors.",
                "Other machines on the same host took 7 % of the processors' time.",
                "A quota, or heat, held threads back 3 times.",
            ])
        let provenance = Provenance(machine: Provenance.test.machine, conditions: bad)
        let table = TableReport([]).text(provenance, markdown: false)
        #expect(bad.warnings.allSatisfy { table.contains($0) })
    }

    @Test(arguments: [
        ("0::/", ["/sys/fs/cgroup"]), ("0::/a/b", ["/sys/fs/cgroup", "/sys/fs/cgroup/a", "/sys/fs/cgroup/a/b"]),
        ("4:cpu,cpuacct:/a", ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu/a"]), ("5:memory:/a", []), ("x", []),
    ])
    func aQuotaMayBeThatOfAnyGroupAbove(line: String, groups: [String]) {
        #expect(ConditionsWatch.controlGroups([line[...]]) == groups)
    }

    @Test func thisMachineIsLookedAt() {
        let now = ConditionsWatch().ended().conditions
        #expect((0...100).contains(now.busyPercent) && (0...100).contains(now.stealPercent) && now.throttled >= 0)
    }
}

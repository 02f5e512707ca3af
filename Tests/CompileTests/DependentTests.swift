import TestSupport
import Testing

/// A package that depends on this one, like that of a service.
struct Dependent: Sendable, CustomTestStringConvertible {
    let products: [String]
    let isByPath: Bool
    let flags: String
    /// The modules that are compiled beside the program and CRingsHeaders, which has no code.
    let modules: Set<String>

    var testDescription: String {
        "\(products.joined(separator: ", ")) by \(isByPath ? "path" : "URL"), swift build \(flags)"
    }

    static let all = [
        Dependent(products: ["RingQueues"], isByPath: false, flags: "", modules: ["CRings", "RingQueues"]),
        Dependent(
            products: ["RingQueues", "Pipelines"], isByPath: false, flags: "-c release",
            modules: ["CRings", "RingQueues", "Pipelines"]),
        Dependent(
            products: ["RingQueues"], isByPath: false, flags: "-c release --static-swift-stdlib",
            modules: ["CRings", "RingQueues"]),
        Dependent(
            products: ["RingQueues", "MutexQueues", "Pipelines"], isByPath: true, flags: "",
            modules: ["CRings", "RingQueues", "MutexQueues", "Pipelines"]),
    ]

    /// Its manifest, with this package at `address`.
    func manifest(_ address: String) -> String {
        let dependency =
            isByPath ? ".package(path: \"\(address)\")" : ".package(url: \"file://\(address)\", from: \"0.1.0\")"
        let products = products.map { ".product(name: \"\($0)\", package: \"ring-queues\")" }
        return """
            // swift-tools-version: 6.2
            import PackageDescription
            let package = Package(
                name: "service", dependencies: [\(dependency)],
                targets: [.executableTarget(name: "service", dependencies: [\(products.joined(separator: ", "))])])
            """
    }

    /// Its program, with calls that the compiler specializes in it.
    var program: String {
        """
        import RingQueues
        var queue = try Queue.make(of: Int.self, kind: MPMC.self, capacity: 4)
        var producer = queue.takeProducer()
        var consumer = queue.takeConsumer()
        _ = producer.tryEnqueue(42)
        guard case .dequeued(let number) = consumer.tryDequeue() else { fatalError("no element") }
        print(number)
        """
    }
}

/// A dependent's team audits and version-solves this package alone, and its builds compile only what it uses.
@Suite(.serialized) struct DependentTests {
    @Test(arguments: Dependent.all) func dependentResolvesAndBuildsNothingElse(_ dependent: Dependent) throws {
        let scratch = Scratch()
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        // A remote with one version: the files that git knows or would.
        scratch.check(
            """
            mkdir ring-queues && cd ring-queues
            git -C '\(package)' ls-files -z --cached --others --exclude-standard |
              tar -C '\(package)' --null --files-from - --ignore-failed-read -c 2>/dev/null | tar -x
            git init -q && git add -A && git -c user.name=test -c user.email=test@localhost commit -q -m all && git tag 0.1.0
            """)
        scratch.check("mkdir -p service/Sources/service")
        scratch.write(Array(dependent.manifest(scratch.path + "/ring-queues").utf8), to: "service/Package.swift")
        scratch.write(Array(dependent.program.utf8), to: "service/Sources/service/main.swift")

        let swift = "HOME=$PWD/home swift"
        let options = "--package-path service --cache-path cache \(dependent.flags)"
        scratch.check("\(swift) build \(options) >build.log 2>&1 || { cat build.log; exit 1; }", seconds: 900)
        let products = scratch.check("\(swift) build \(options) --show-bin-path").split(separator: "\n").joined()
        #expect(scratch.check("'\(products)/service'") == "42\n")

        // A package at a path is not locked; its own dependencies would be.
        let locked = scratch.check("cat service/Package.resolved 2>/dev/null | grep '\"identity\"' || :")
        #expect(locked.split(separator: "\n").count == (dependent.isByPath ? 0 : 1), "\(locked)")
        let checkedOut = scratch.check("ls service/.build/checkouts")
        #expect(checkedOut == (dependent.isByPath ? "" : "ring-queues\n"))
        let built = scratch.check("cd '\(products)' && find *.build -name '*.o' | sed 's/\\.build.*//' | sort -u")
        #expect(
            Set(built.split(separator: "\n").map(String.init)) == dependent.modules.union(["CRingsHeaders", "service"]))
        if dependent.flags.contains("--static-swift-stdlib") {
            #expect(scratch.sh("ldd '\(products)/service' | grep libswift").status == 1, "Swift is linked statically")
        }
    }
}

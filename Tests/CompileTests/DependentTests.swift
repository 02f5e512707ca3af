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
        let scratch = try Self.scratchWithRemote()
        scratch.check("mkdir -p service/Sources/service")
        scratch.write(Array(dependent.manifest(scratch.path + "/ring-queues").utf8), to: "service/Package.swift")
        scratch.write(Array(dependent.program.utf8), to: "service/Sources/service/main.swift")
        let products = Self.build("service", dependent.flags, in: scratch)
        #expect(scratch.check("'\(products)/service'") == "42\n")

        // A package at a path is not locked; its own dependencies would be.
        let locked = scratch.check("cat service/Package.resolved 2>/dev/null | grep '\"identity\"' || :")
        #expect(locked.split(separator: "\n").count == (dependent.isByPath ? 0 : 1), "\(locked)")
        let checkedOut = scratch.check("ls service/.build/checkouts")
        #expect(checkedOut == (dependent.isByPath ? "" : "ring-queues\n"))
        #expect(Self.modules(products, in: scratch) == dependent.modules.union(["CRingsHeaders", "service"]))
        if dependent.flags.contains("--static-swift-stdlib") {
            #expect(scratch.sh("ldd '\(products)/service' | grep libswift").status == 1, "Swift is linked statically")
        }
    }

    /// The package that the tutorial makes, with its last program, prints what the tutorial says.
    @Test func tutorialsPackageRuns() throws {
        let tutorial = try Article("Sources/Pipelines/Pipelines.docc/YourFirstPipeline.md")
        let scratch = try Self.scratchWithRemote()
        scratch.check("mkdir -p factor/Sources/factor")
        let place = "<the address of this repository>"
        let manifest = try #require(tutorial.otherBlocks.first { $0.contains(place) })
        let ours = manifest.replacing(place, with: "file://\(scratch.path)/ring-queues")
        scratch.write(Array(ours.utf8), to: "factor/Package.swift")
        scratch.write(Array(try #require(tutorial.examples.last).utf8), to: "factor/Sources/factor/Factor.swift")
        let products = Self.build("factor", "-c release", in: scratch)

        let command = "printf '12\\nx\\n7\\n' | "
        #expect(tutorial.text.contains("    \(command)swift run factor\n"))
        let printed = scratch.check("\(command)'\(products)/factor'").split(separator: "\n").map { "    \($0)\n" }
        #expect(printed.count == 3 && tutorial.text.contains(printed.joined()), "\(printed)")
        #expect(
            Self.modules(products, in: scratch) == ["CRings", "CRingsHeaders", "RingQueues", "Pipelines", "factor"])
    }

    /// A directory with a repository of this package, which has one version: the files that git knows or would.
    private static func scratchWithRemote() throws -> Scratch {
        let scratch = Scratch()
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        scratch.check(
            """
            mkdir ring-queues && cd ring-queues
            git -C '\(package)' ls-files -z --cached --others --exclude-standard |
              tar -C '\(package)' --null --files-from - --ignore-failed-read -c 2>/dev/null | tar -x
            git init -q && git add -A && git -c user.name=test -c user.email=test@localhost commit -q -m all && git tag 0.1.0
            """)
        return scratch
    }

    /// Builds a package and returns the directory with what was built.
    private static func build(_ name: String, _ flags: String, in scratch: Scratch) -> String {
        let swift = "HOME=$PWD/home swift"
        let options = "--package-path \(name) --cache-path cache \(flags)"
        scratch.check("\(swift) build \(options) >build.log 2>&1 || { cat build.log; exit 1; }", seconds: 900)
        return scratch.check("\(swift) build \(options) --show-bin-path").split(separator: "\n").joined()
    }

    /// The modules that were compiled.
    private static func modules(_ products: String, in scratch: Scratch) -> Set<String> {
        let built = scratch.check("cd '\(products)' && find *.build -name '*.o' | sed 's/\\.build.*//' | sort -u")
        return Set(built.split(separator: "\n").map(String.init))
    }
}

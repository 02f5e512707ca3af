import TestSupport
import Testing

/// A pipeline runs from the top level of a program, from the main actor and from any function.
@Suite struct MainProgramTests {
    @Test func pipelinesRunFromAnywhere() {
        let ran = Scratch().sh("MainProgram 2>&1")
        #expect(ran.status == 0)
        #expect(ran.out == "top level: finished\nmain actor: finished\nfunction: finished\n")
    }
}

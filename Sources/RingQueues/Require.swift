/// Ends the process and names the rule that the caller broke, in release builds as well, where `precondition` is mute.
@inlinable
@inline(__always)
package func require(
    _ condition: Bool, _ rule: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line
) {
    if !condition { fatalError(rule(), file: file, line: line) }
}

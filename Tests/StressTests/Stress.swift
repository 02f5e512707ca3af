import Testing

/// The tests that need the machine's cores run one after another.
@Suite(.serialized) struct Stress {}

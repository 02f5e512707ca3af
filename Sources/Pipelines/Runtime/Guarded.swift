import Synchronization

/// State that several threads change, but not for every element.
typealias Guarded<Value: ~Copyable> = Mutex<Value>

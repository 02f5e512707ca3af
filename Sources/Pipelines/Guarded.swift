import Synchronization

/// State that several threads change, none of them for every element.
typealias Guarded<Value: ~Copyable> = Synchronization.Mutex<Value>

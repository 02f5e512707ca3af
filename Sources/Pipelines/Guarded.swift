import Synchronization

/// State that several threads change, none of them for every element. (`Mutex` by the name that a queue kind leaves.)
typealias Guarded<Value: ~Copyable> = Synchronization.Mutex<Value>

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace peers {

/// An element of more than one word, by value.
template <std::size_t n>
struct Words {
    std::uint64_t word[n];
};

/// An element by reference.
struct Object {
    std::uint64_t value;
};

/// All bits set; no element has that value.
template <class T>
T poison() {
    T element;
    std::memset(&element, 0xff, sizeof element);
    return element;
}

inline std::uint64_t make(std::uint64_t value, std::uint64_t*) { return value; }
inline std::uint64_t value(std::uint64_t element) { return element; }
inline bool is_intact(std::uint64_t) { return true; }
inline bool is_poison(std::uint64_t element) { return element == ~std::uint64_t{0}; }
inline void release(std::uint64_t) {}

template <std::size_t n>
Words<n> make(std::uint64_t value, Words<n>*) {
    Words<n> element;
    for (std::size_t k = 0; k < n; k++) element.word[k] = value ^ k;
    return element;
}
template <std::size_t n>
std::uint64_t value(const Words<n>& element) {
    return element.word[0];
}
template <std::size_t n>
bool is_intact(const Words<n>& element) {
    return element.word[n - 1] == (element.word[0] ^ (n - 1));
}
template <std::size_t n>
bool is_poison(const Words<n>& element) {
    return is_poison(element.word[0]);
}
template <std::size_t n>
void release(const Words<n>&) {}

inline Object* make(std::uint64_t value, Object**) { return new Object{value}; }
inline std::uint64_t value(const Object* element) { return element->value; }
inline bool is_intact(const Object*) { return true; }
inline bool is_poison(const Object* element) { return reinterpret_cast<std::uintptr_t>(element) == ~std::uintptr_t{0}; }
inline void release(Object* element) { delete element; }

template <class T>
T make(std::uint64_t value) {
    return make(value, static_cast<T*>(nullptr));
}

}  // namespace peers

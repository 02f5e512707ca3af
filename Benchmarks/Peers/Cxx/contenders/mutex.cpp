// The usual code: a mutex, two conditions, a ring.
#include <gnu/libc-version.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "../registry.hpp"

namespace peers {
namespace {

struct Mutex : Contender {
    static constexpr const char* name = "c-mutex";
    static constexpr const char* waits = "parks";
    static std::string version() { return std::string("glibc ") + gnu_get_libc_version(); }

    template <class T, Wait, Ends>
    class Queue {
        using Lock = std::unique_lock<std::mutex>;

    public:
        explicit Queue(const Sizes& sizes) : slots_(sizes.capacity) {}

        void push(const T& element) { push(&element, 1); }
        void pop(T& element) { pop(&element, 1); }
        bool try_push(const T& element) { return try_push(&element, 1) == 1; }
        bool try_pop(T& element) { return try_pop(&element, 1) == 1; }

        std::size_t push(const T* elements, std::size_t count) {
            Lock lock(mutex_);
            not_full_.wait(lock, [this] { return count_ < slots_.size(); });
            return put(lock, elements, count);
        }

        std::size_t pop(T* elements, std::size_t most) {
            Lock lock(mutex_);
            not_empty_.wait(lock, [this] { return count_ > 0; });
            return take(lock, elements, most);
        }

        std::size_t try_push(const T* elements, std::size_t count) {
            Lock lock(mutex_);
            return put(lock, elements, count);
        }

        std::size_t try_pop(T* elements, std::size_t most) {
            Lock lock(mutex_);
            return take(lock, elements, most);
        }

    private:
        std::size_t put(Lock& lock, const T* elements, std::size_t count) {
            count = std::min(count, slots_.size() - count_);
            for (std::size_t i = 0; i < count; i++) {
                slots_[tail_] = elements[i];
                if (++tail_ == slots_.size()) tail_ = 0;
            }
            count_ += count;
            lock.unlock();
            wake(not_empty_, count);
            return count;
        }

        std::size_t take(Lock& lock, T* elements, std::size_t most) {
            auto count = std::min(most, count_);
            for (std::size_t i = 0; i < count; i++) {
                elements[i] = slots_[head_];
                if (++head_ == slots_.size()) head_ = 0;
            }
            count_ -= count;
            lock.unlock();
            wake(not_full_, count);
            return count;
        }

        /// After unlocking, so that the woken thread does not wait for the mutex.
        static void wake(std::condition_variable& condition, std::size_t count) {
            if (count == 1) condition.notify_one();
            else if (count > 1) condition.notify_all();
        }

        std::mutex mutex_;
        std::condition_variable not_empty_, not_full_;
        std::vector<T> slots_;
        std::size_t head_ = 0, tail_ = 0, count_ = 0;
    };
};

const Registration<Mutex> registration;

}  // namespace
}  // namespace peers

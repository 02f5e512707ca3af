#pragma once

#include <sched.h>

#include <cstddef>

#include "processors.hpp"

namespace peers {

enum class Wait { block, spin };

inline void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// On one processor, the thread that could end the wait does not run as long as this thread does.
inline const unsigned tries_before_yield = usable_processors.size() == 1 ? 1 : 256;

/// Between failed tries, in a row.
template <Wait wait>
class Backoff {
public:
    void failed() {
        if constexpr (wait == Wait::block) {
            sched_yield();
        } else {
            pause();
            if (++failures_ % tries_before_yield == 0) sched_yield();
        }
    }

private:
    unsigned failures_ = 0;
};

}  // namespace peers

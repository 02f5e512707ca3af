// Does the work of ../README.md over one queue, and prints the result as one line of JSON.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>

#include "registry.hpp"

namespace peers {

std::vector<Entry>& entries() {
    static std::vector<Entry> all;
    return all;
}

static void list() {
    std::ranges::sort(entries(), {}, &Entry::name);
    for (auto& entry : entries())
        std::printf("%s\t%s\t%s%s\n", entry.name.c_str(), entry.version.c_str(), entry.waits.c_str(),
                    entry.is_bounded ? "" : "\tunbounded");
}

static const Entry& named(const char* name) {
    auto found = std::ranges::find(entries(), name, &Entry::name);
    if (found == entries().end())
        throw UsageError(std::string("the contender '") + name + "': it must be one of those that --list names");
    return *found;
}

/// A queue that loses the end of the stream would keep this program for ever; one whose threads spin for a thread that
/// does not run, for very long. Ends like `timeout`, because neither means that an element was lost.
static void end_at_last(const Options& options) {
    std::signal(SIGALRM, [](int) {
        constexpr char line[] = "stalled\n";
        [[maybe_unused]] auto written = write(STDERR_FILENO, line, sizeof line - 1);
        _exit(124);
    });
    alarm(60 + 20 * unsigned((options.ms + options.warmup_ms) / 1000));
}

static void measure(const Entry& entry, const Options& options) {
    end_at_last(options);
    if (options.warmup_ms > 0 && options.shape != Shape::idle) {
        auto warmup = options;
        warmup.ms = options.warmup_ms;
        entry.run(warmup);
    }
    std::printf("%s\n", entry.run(options).json().c_str());
}

}  // namespace peers

int main(int count, char** arguments) {
    try {
        if (count == 2 && std::strcmp(arguments[1], "--list") == 0) peers::list();
        else if (count >= 3)
            peers::measure(peers::named(arguments[1]), peers::parse(arguments[2], count - 3, arguments + 3));
        else throw peers::UsageError("usage: peers-cxx --list | peers-cxx CONTENDER SHAPE [--key value]...");
    } catch (const peers::UsageError& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}

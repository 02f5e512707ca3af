#include "rq_sleeper.h"

#include "rq_assert.h"

uint32_t rq_sleepers_prepare(rq_sleepers *list, rq_sleeper *sleeper) {
    rq_lock(&list->lock);
    rq_assert(sleeper->state != RQ_SLEEPER_LISTED);
    sleeper->state = RQ_SLEEPER_AWAKE;
    uint32_t round = ++sleeper->round;
    rq_unlock(&list->lock);
    return round;
}

static void set_count(rq_sleepers *list, uint32_t by) { rq_store32(&list->count, rq_load32(&list->count) + by); }

/// Takes a sleeper off the list, with the lock held.
static void take_off(rq_sleepers *list, rq_sleeper *sleeper, rq_sleeper_state state) {
    rq_assert(sleeper->state == RQ_SLEEPER_LISTED && rq_load32(&list->count) > 0);
    *(sleeper->previous != NULL ? &sleeper->previous->next : &list->first) = sleeper->next;
    *(sleeper->next != NULL ? &sleeper->next->previous : &list->last) = sleeper->previous;
    sleeper->state = state;
    set_count(list, -1u);
}

bool rq_sleepers_add(rq_sleepers *list, rq_sleeper *sleeper, const rq_atomic32 *sequence, uint32_t key) {
    rq_lock(&list->lock);
    bool is_awake = sleeper->state == RQ_SLEEPER_AWAKE;
    if (is_awake) {
        sleeper->state = RQ_SLEEPER_LISTED;
        sleeper->next = NULL;
        sleeper->previous = list->last;
        *(list->last != NULL ? &list->last->next : &list->first) = sleeper;
        list->last = sleeper;
        set_count(list, 1);
        rq_fence_full();  // E18: pairs with the fence in wake_one
        if (rq_load32(sequence) != key) {
            take_off(list, sleeper, RQ_SLEEPER_WOKEN);
            is_awake = false;
        }
    }
    rq_unlock(&list->lock);
    return is_awake;
}

bool rq_sleepers_interrupt(rq_sleepers *list, rq_sleeper *sleeper, uint32_t round) {
    rq_lock(&list->lock);
    bool was_listed = false;
    if (sleeper->round == round) {
        was_listed = sleeper->state == RQ_SLEEPER_LISTED;
        if (was_listed) take_off(list, sleeper, RQ_SLEEPER_INTERRUPTED);
        if (sleeper->state == RQ_SLEEPER_AWAKE) sleeper->state = RQ_SLEEPER_INTERRUPTED;
    }
    rq_unlock(&list->lock);
    return was_listed;
}

rq_wake rq_sleepers_take(rq_sleepers *list, bool *is_notice) {
    rq_lock(&list->lock);
    rq_sleeper *first = list->first;
    rq_wake wake = {NULL, NULL};
    if (first != NULL) {
        take_off(list, first, RQ_SLEEPER_WOKEN);
        wake = first->wake;
        *is_notice = first->is_notice;
    }
    rq_unlock(&list->lock);
    return wake;
}

uint32_t rq_sleepers_wake_all(rq_sleepers *list) {
    rq_lock(&list->lock);
    uint32_t left = rq_load32(&list->count);
    rq_unlock(&list->lock);
    uint32_t notices = 0;
    // One by one: the owner of a sleeper that is off the list may use its memory for something else. Not those that come
    // meanwhile: they might come again and again.
    for (; left > 0; left--) {
        bool is_notice = false;
        rq_wake wake = rq_sleepers_take(list, &is_notice);
        if (wake.call == NULL) break;
        if (is_notice) notices++;
        wake.call(wake.context);
    }
    return notices;
}

// SPDX-License-Identifier: Apache-2.0
// The backlog by way of the keeper.
#include "agent/uplink/backlog.hpp"

namespace kuzet::uplink {

using outbox::Outbox;

void KeeperBacklog::page(outbox::Page page, Answer<std::vector<outbox::Pending>> answer) {
  keeper_.ask([page, &clock = clock_](Outbox& outbox) { return outbox.page(page, clock.now()); },
              while_here(std::move(answer)));
}

void KeeperBacklog::settle(outbox::Settled settled, Answer<void> answer) {
  keeper_.ask([settled = std::move(settled)](Outbox& outbox) { return outbox.settle(settled); }, while_here(std::move(answer)));
}

void KeeperBacklog::confirm_up_to(std::string store, std::uint64_t seq, Answer<std::uint64_t> answer) {
  keeper_.ask([store = std::move(store), seq](Outbox& outbox) { return outbox.confirm_up_to(store, seq); },
              while_here(std::move(answer)));
}

void KeeperBacklog::confirm_alerts(std::vector<std::string> alerts, Answer<std::uint64_t> answer) {
  keeper_.ask([alerts = std::move(alerts)](Outbox& outbox) { return outbox.confirm_alerts(alerts); },
              while_here(std::move(answer)));
}

void KeeperBacklog::centre_seen(Answer<void> answer) {
  keeper_.ask([](Outbox& outbox) { return outbox.centre_seen(); }, while_here(std::move(answer)));
}

void KeeperBacklog::picture(outbox::Wanted wanted, Answer<std::optional<outbox::PendingPicture>> answer) {
  keeper_.ask([wanted](Outbox& outbox) { return outbox.next_picture(wanted); }, while_here(std::move(answer)));
}

void KeeperBacklog::picture_sent(std::string alert, int n, Answer<void> answer) {
  keeper_.ask([alert = std::move(alert), n](Outbox& outbox) { return outbox.picture_sent(alert, n); },
              while_here(std::move(answer)));
}

}  // namespace kuzet::uplink

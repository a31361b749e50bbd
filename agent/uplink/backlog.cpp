// SPDX-License-Identifier: Apache-2.0
// The backlog by way of the keeper.
#include "agent/uplink/backlog.hpp"

namespace kuzet::uplink {

using outbox::Outbox;

void KeeperBacklog::messages(std::uint64_t after, std::size_t limit, Answer<std::vector<outbox::Pending>> answer) {
  keeper_.ask([after, limit](Outbox& outbox) { return outbox.pending(after, limit); }, std::move(answer));
}

void KeeperBacklog::picture(Answer<std::optional<outbox::PendingPicture>> answer) {
  keeper_.ask([](Outbox& outbox) { return outbox.next_picture(); }, std::move(answer));
}

void KeeperBacklog::forget(std::vector<std::uint64_t> seqs, Answer<void> answer) {
  keeper_.ask([seqs = std::move(seqs)](Outbox& outbox) { return outbox.forget(seqs); }, std::move(answer));
}

void KeeperBacklog::picture_sent(std::string alert, int n, Answer<void> answer) {
  keeper_.ask([alert = std::move(alert), n](Outbox& outbox) { return outbox.picture_sent(alert, n); }, std::move(answer));
}

}  // namespace kuzet::uplink

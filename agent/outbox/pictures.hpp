// SPDX-License-Identifier: Apache-2.0
// The pictures of alerts: files in a folder of their own, and what is known about them.
#pragma once

#include "agent/outbox/message.hpp"
#include "agent/outbox/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::outbox {

/// What the column `sent` of the table `picture` says.
enum class Shipment { picture_waits = 0, picture_sent = 1, film_waits = 2, film_sent = 3 };
Shipment shipment_of(bool film, bool sent);
struct FilmAndSent {
  bool film = false, sent = false;
};
FilmAndSent read_shipment(std::int64_t column);

/// The table `picture` and the folder `evidence`. The row of a picture that was given up stays, with 0 bytes, so that its
/// number is never given again. One thread; after a transaction that fails, load() brings memory back in step.
class Pictures {
 public:
  /// A picture as its row tells.
  struct Row {
    Picture about;
    std::int64_t seq = 0;  ///< of its event; negative: it came over from `store`
    bool sent = false;
    std::string store;  ///< empty: this one
  };

  Pictures(Database& db, std::filesystem::path folder) : db_(&db), folder_(std::move(folder)) {}

  Result<> load();
  /// Removes files that no row knows.
  Result<> drop_orphans();
  Result<int> last_number(const std::string& alert);
  Result<> add(const Row& row);
  /// The next that waits.
  Result<std::optional<Row>> next(const Wanted& wanted = {});
  Result<> sent(const std::string& alert, int n);
  /// Takes rows off the books, those that were sent first, the oldest first, until `bytes` are free of them; their files are
  /// still there. `unsent`: also such as were not sent, films before pictures.
  Result<std::vector<Row>> give_up(std::uint64_t bytes, bool unsent);
  Result<> give_up(const Picture& picture);
  /// Forgets rows without a file whose events are gone from the journal, but for alerts that are open: their numbers go on.
  Result<> forget_before(std::uint64_t seq, const std::function<bool(const std::string&)>& is_open);
  void remove_file(const Picture& picture) const;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Pictures that wait to be sent, and films.
  [[nodiscard]] std::uint64_t waiting() const { return waiting_; }
  [[nodiscard]] std::uint64_t films_waiting() const { return films_waiting_; }
  [[nodiscard]] std::filesystem::path file(const std::string& alert, int n, bool film) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// Whether a row with a file of this name is there.
  Result<bool> knows(const std::string& name);

  /// Events of another store have their place below all of this one's.
  static constexpr std::int64_t elsewhere = std::int64_t{1} << 62;

 private:
  Database* db_;
  std::filesystem::path folder_;
  std::uint64_t bytes_ = 0;
  std::uint64_t waiting_ = 0;
  std::uint64_t films_waiting_ = 0;
};

}  // namespace kuzet::outbox

// SPDX-License-Identifier: Apache-2.0
// Films of alerts: what the camera showed before and after, for rules that say `evidence: clip`.
#pragma once

#include "agent/core/alert.hpp"
#include "agent/core/frame.hpp"
#include "agent/outbox/keeper.hpp"
#include "agent/run/configuration.hpp"
#include "agent/run/darkroom.hpp"
#include "agent/run/reel.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kuzet::run {

/// A film that lies in the store's folder and is not kept yet.
struct FilmOfAlert {
  outbox::FilmFile file;
  Moment taken;  ///< its first picture
  Duration length{};
};

/// Keeps a ring of covered, compressed pictures for each camera that has such a rule. An alert that is raised, or becomes
/// graver, gets a film: the ring, and what follows for `clip.after`; when the alert is over before, or the agent stops, what
/// there is. Alerts never wait for it: pictures are compressed, films encoded and written on a thread of their own; then the
/// store gives the film its name and an event announces it. One thread (home).
class Films {
 public:
  /// Records the event that announces the film.
  using Announce = std::function<void(AlertEvent event, FilmOfAlert film)>;
  using Say = std::function<void(const std::string& sentence)>;

  Films(const Configuration& all, outbox::Keeper& keeper, Darkroom::Home home, const Clock& clock, Announce announce, Say say);

  /// Another configuration: rings of cameras whose settings are the same go on, films of the others are made of what there is.
  void adopt(const Configuration& all);
  /// A picture that the camera's detectors looked at, with the places of people in it.
  void show(const std::string& camera, const Frame& frame);
  /// An event that has been handed to the recorder.
  void follow(const AlertEvent& event);
  /// Once a second: a camera that shows nothing more must not keep its films waiting.
  void tick(const Moment& now);
  /// The agent stops: every film is made of what there is.
  void finish();
  /// No film is being made.
  [[nodiscard]] bool idle() const { return takes_.empty() && making_ == 0; }
  /// Pictures that are being compressed.
  [[nodiscard]] int compressing() const;
  /// Bytes of pictures in memory, of all cameras, those that films share counted once.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Camera {
    std::string fingerprint;  // of its settings
    ClipSettings clip;
    std::vector<Polygon> privacy;
    Reel reel;
    std::optional<Steady> due{};  // the next picture for the ring
    int compressing = 0;
  };
  using Subject = std::shared_ptr<AlertEvent>;  // the alert as its newest event told it
  /// A film for which pictures are still taken.
  struct Take {
    Subject subject;
    Steady until;
    std::vector<Still> stills;
    ClipSettings clip;
    std::size_t bytes = 0;
  };
  struct Developed {
    std::string content;
    std::string sha256;
    Duration length{};
  };

  void begin(const AlertEvent& event);
  void add(const std::string& camera, const Still& still);
  void develop(const Take& take);
  void developed(const Subject& subject, const Moment& taken, Result<Developed> film);
  void write(const Subject& subject, const Moment& taken, std::shared_ptr<const Developed> film,
             const std::filesystem::path& file);
  void announce(const Subject& subject, FilmOfAlert film);
  void give_up(const Subject& subject, const std::string& why);

  outbox::Keeper& keeper_;
  const Clock& clock_;
  Announce announce_;
  Say say_;
  std::map<std::string, std::shared_ptr<Camera>> cameras_;  // those with a rule that says clip
  std::set<std::string> rules_;                             // those rules
  std::map<std::string, Take> takes_;                       // by alert
  std::map<std::string, std::weak_ptr<AlertEvent>> seen_;   // alerts whose film is taken or made
  int making_ = 0;
  Darkroom darkroom_;
};

}  // namespace kuzet::run

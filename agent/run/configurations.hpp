// SPDX-License-Identifier: Apache-2.0
// Which configuration runs: the file's with the control centre's settings over it, on trial first, or the last good one.
#pragma once

#include "agent/run/configuration.hpp"
#include "agent/run/last_good.hpp"
#include "agent/run/trial.hpp"
#include "agent/uplink/desired.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace kuzet::run {

/// Where the centre's settings come from, below this board's topics.
inline constexpr const char* desired_topic = "cfg/desired";

/// Lives for the whole process, on its home thread; time is an argument. Whatever it gives is to be run at once.
///
/// A candidate is the file's text with the centre's settings over it. One that is wrong is refused. One that is not the last
/// good one is on trial (see Trial) and becomes the last good one when it passes, or is taken back: the last good one runs
/// again, and the parts that were new are not tried again as they are. All of it is on the disk before it takes effect.
class Configurations {
 public:
  struct Setup {
    std::filesystem::path file;
    std::filesystem::path state_folder;  ///< of the service; empty: started by hand, and the store's folder is used
    Environment environment;
    /// What else must hold before a configuration may run: files that can be read, models that can be opened.
    std::function<Result<>(Configuration&)> fit;
    std::function<void(const std::string& sentence)> say;
  };
  explicit Configurations(Setup setup) : setup_(std::move(setup)) {}

  /// What is to run first. `config`: the file is wrong, and it was started by hand or no good one is kept. `io`: it ran before,
  /// and a file that it names cannot be read now.
  Result<Configuration> begin(const Moment& now);
  /// The store is open, so the state folder is this process's own: what begins here counts.
  void opened(const Moment& now);
  /// The file is read again. `config`: it is wrong, or was taken back: nothing changes.
  Result<Configuration> reread(const Moment& now);
  /// The one that runs, from its text anew.
  [[nodiscard]] Result<Configuration> again() const;
  /// The agent could not start with it; `stored`: its store could be opened. Something: the last good one.
  std::optional<Configuration> failed(const Error& error, bool stored, const Moment& now);
  /// What was given last could not be taken over: what ran before runs on.
  void not_taken(const Moment& now);
  /// The centre's word. Nothing: nothing changes.
  std::optional<Configuration> take(const uplink::DesiredReading& reading, const Moment& now);
  /// Once a second. Something: the trial is lost, or what the centre wanted has expired.
  std::optional<Configuration> tick(const Signs& signs, const Moment& now);
  /// The agent ends in good order.
  void close(const Moment& now);

  /// {running, file, state: good|trial|wrong|rolled_back, since, why?, ends_s?, remote?}
  [[nodiscard]] boost::json::object about(const Moment& now) const;
  /// Details of the node's fault; nothing: what runs is what is wanted.
  [[nodiscard]] std::optional<boost::json::object> fault() const;
  /// cfg/reported without schema, node and site.
  [[nodiscard]] boost::json::object reported() const;
  /// True once after what is reported has changed.
  bool news() { return std::exchange(news_, false); }
  /// For the line of `systemctl status`: ", configuration on trial", or nothing.
  [[nodiscard]] std::string line() const;

 private:
  /// What became of the file, or of what the centre wants.
  struct Fate {
    std::string
        state;  ///< good, trial, wrong, rolled_back; of the centre's: applied, trial, waiting, refused, expired, rolled_back
    boost::json::array faults;
    std::string why;
    Wall since = {};

    friend bool operator==(const Fate& a, const Fate& b) {
      return a.state == b.state && a.faults == b.faults && a.why == b.why;
    }
  };
  struct Choice {
    Origin origin;
    Configuration configuration;
  };

  Result<Choice> judge(const Origin& origin, boost::json::array* faults) const;
  Result<Choice> choose();
  Result<Choice> choose_settings(const std::string& text, bool of_good);
  [[nodiscard]] bool by_service() const { return !setup_.state_folder.empty(); }
  void read_kept_in(std::filesystem::path folder);
  void read_file();
  bool may_judge();
  [[nodiscard]] Origin good() const { return kept_.good->at(now_); }
  void recall();
  bool was_interrupted_too_often(const Origin& origin);
  [[nodiscard]] std::string store_in(const Origin& origin) const;
  [[nodiscard]] std::string wanted_settings() const;
  [[nodiscard]] std::optional<std::string> objection(const uplink::Desired& wanted) const;
  std::optional<Configuration> accept(const uplink::Desired& wanted);
  std::optional<Configuration> adopt(Choice choice);
  std::optional<Configuration> take_back(const std::string& why);
  std::optional<Configuration> judge_trial(const Signs& signs);
  [[nodiscard]] bool file_fits() const { return file_.state == "good" || file_.state == "trial"; }
  void begin_trial();
  void keep_before();
  void blame(const Origin& origin, const std::string& why);
  void pass();
  void settle();
  void save();
  void keep_worked();

  Setup setup_;
  std::filesystem::path folder_;
  Kept kept_;
  Origin running_;
  Duration trial_length_{};
  std::optional<Trial> trial_;
  /// What ran before the one that was given last, as long as that may still not be taken over.
  struct Before {
    Origin running;
    Duration trial_length;
    std::optional<Trial> trial;
    std::optional<Attempt> attempt;
  };
  std::optional<Before> before_;
  Worked worked_;
  Moment now_{};
  std::string file_text_, file_fingerprint_;
  Result<Choice> alone_ = Error{};  ///< the file without the centre's settings
  Fate file_, remote_, file_told_, remote_told_;
  std::string refused_id_;  ///< of a message that could not be taken; empty where its id could not be read
  std::optional<Fate> refused_;
  std::optional<uplink::Desired> waiting_;  ///< until the trial of another is over
  std::optional<Steady> kept_worked_;
  bool opened_ = false, news_ = false, told_unwritten_ = false;
};

/// A fault as it may leave the board: what somebody wrote may be an address with a password in it.
std::string without_password(std::string text);

/// Where the store of a configuration file is, also of a wrong one, as far as that can be read; else the default place.
std::filesystem::path store_of(const std::filesystem::path& file, const Environment& environment);

/// $STATE_DIRECTORY, which systemd sets for a service (the first, where there are several); empty without one.
std::filesystem::path state_folder_of_service(const Environment& environment);

}  // namespace kuzet::run

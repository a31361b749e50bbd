// SPDX-License-Identifier: Apache-2.0
// What there is on this board that a configuration can name: cameras, models, serial ports, chips, and who the board is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::cli {

/// A chip that the kernel reads, as its driver's settings name it.
struct FoundChip {
  std::string driver;  ///< hwmon or iio
  std::string name;    ///< the kernel's: "sht3x"
  std::string at;      ///< where it hangs ("1-0044"); empty where no other has the name
  struct Channel {
    std::string name;     ///< of the reading: "temperature"
    std::string channel;  ///< the kernel's: "temp1"
  };
  std::vector<Channel> channels;
};

/// What `kuzet enroll` left in the folder of its identity.
struct FoundIdentity {
  std::string folder;
  std::string node, site;
  std::vector<std::string> servers;
};

struct Found {
  std::string host;                       ///< the system's name as an id; "board" where nothing of it can be used
  std::string timezone = "UTC";           ///< of the system, where Kuzet knows it
  std::vector<std::string> cameras;       ///< devices by a name that stays
  std::vector<std::string> models;        ///< files that are ONNX models
  std::vector<std::string> serial_ports;  ///< by a name that stays
  std::vector<FoundChip> chips;
  std::vector<std::string> thermometers;  ///< on 1-Wire: "28-00000a1b2c3d"
  std::optional<FoundIdentity> identity;
  std::vector<std::string> remarks;  ///< what could not be looked at, and why: one sentence each
};

/// Where to look. Tests have a board of their own.
struct BoardPlaces {
  std::filesystem::path root = "/";
  std::filesystem::path store = "/var/lib/kuzet";
};

/// Looks; what cannot be looked at is a remark, never a failure.
Found look_at_board(const BoardPlaces& places);

/// The text as an id: small letters, and a dash for all that no id has; empty where nothing is left.
std::string as_id(const std::string& text);

}  // namespace kuzet::cli

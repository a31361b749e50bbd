// SPDX-License-Identifier: Apache-2.0
// Declaration of what stands beside cameras and sensors: calendars, conditions, rules, fusion, access, arming, outputs,
// answers.
#pragma once

#include "agent/alerts/answer.hpp"
#include "agent/alerts/fusion.hpp"
#include "agent/alerts/rule_settings.hpp"
#include "agent/run/access_settings.hpp"
#include "agent/run/arming.hpp"
#include "agent/run/output_schema.hpp"

#include <vector>

namespace kuzet::run {

struct Configuration;

/// The part of a configuration that is about the site as a whole.
struct SiteConfiguration {
  alerts::SiteSettings rules;  ///< with calendars and conditions, and the rules of all sensors
  std::vector<alerts::FusionSettings> fusion;
  std::vector<AccessSettings> access;
  ArmingSettings arming;
  std::vector<OutputSettings> outputs;
  std::vector<alerts::Answer> answers;
};

/// Their declarations at the top level of the file.
std::vector<settings::Declared<Configuration>> site_declarations();
/// Holds all of it against each other and against cameras and sensors, which have been read and checked.
void check_site(Configuration& all, const Node& root, Faults& faults);

}  // namespace kuzet::run

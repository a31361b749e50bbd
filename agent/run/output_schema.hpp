// SPDX-License-Identifier: Apache-2.0
// Declaration of an output's settings: what the agent wants to know, together with what its driver does; and of the answers
// that use outputs.
#pragma once

#include "agent/alerts/answer.hpp"
#include "agent/alerts/output_control.hpp"
#include "agent/run/lines.hpp"

#include <string>
#include <vector>

namespace kuzet::run {

struct OutputSettings {
  std::string id;
  alerts::OutputLimits limits;
  Attached attached;
  Node entry;  ///< the driver's own members: the guardian reads them again
  Place at;
};

/// The list `outputs`.
void read_outputs(std::vector<OutputSettings>& out, const Node& node, const std::string& key, Faults& faults);
Field outputs_field();
/// Names that are there twice, also among `sources` (cameras and sensors, whose observations they would mix with), and two
/// outputs that are one and the same device.
void check_outputs(const std::vector<OutputSettings>& outputs, const std::vector<std::string>& sources, const std::string& key,
                   Faults& faults);
/// What belongs to the outputs of lines: for Lines.
std::vector<Attached> attached_of(const std::vector<OutputSettings>& outputs);

/// The list `answers`; their names are checked by alerts::check_answers(), once all of them are known.
void read_answers(std::vector<alerts::Answer>& out, const Node& node, const std::string& key, Faults& faults);
Field answers_field();

}  // namespace kuzet::run

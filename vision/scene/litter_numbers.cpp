// SPDX-License-Identifier: Apache-2.0
// Numbers that tests/train/waste wrote; placeholder.
#include "vision/scene/litter.hpp"
namespace kuzet::vision {
const Vocabulary litter_vocabulary{};
const Head texture_head{};
const Head object_head{};
const std::string_view object_head_model = "";
}  // namespace kuzet::vision

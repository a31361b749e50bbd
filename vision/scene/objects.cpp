// SPDX-License-Identifier: Apache-2.0
// The names of what can be recognised.
#include "vision/scene/objects.hpp"

#include <array>

namespace kuzet::vision {

namespace {

// Lin et al., "Microsoft COCO: Common Objects in Context" (2014): the 80 classes that have boxes.
constexpr std::array<std::string_view, coco_classes> names{
    "person",         "bicycle",    "car",           "motorcycle",    "airplane",     "bus",           "train",
    "truck",          "boat",       "traffic light", "fire hydrant",  "stop sign",    "parking meter", "bench",
    "bird",           "cat",        "dog",           "horse",         "sheep",        "cow",           "elephant",
    "bear",           "zebra",      "giraffe",       "backpack",      "umbrella",     "handbag",       "tie",
    "suitcase",       "frisbee",    "skis",          "snowboard",     "sports ball",  "kite",          "baseball bat",
    "baseball glove", "skateboard", "surfboard",     "tennis racket", "bottle",       "wine glass",    "cup",
    "fork",           "knife",      "spoon",         "bowl",          "banana",       "apple",         "sandwich",
    "orange",         "broccoli",   "carrot",        "hot dog",       "pizza",        "donut",         "cake",
    "chair",          "couch",      "potted plant",  "bed",           "dining table", "toilet",        "tv",
    "laptop",         "mouse",      "remote",        "keyboard",      "cell phone",   "microwave",     "oven",
    "toaster",        "sink",       "refrigerator",  "book",          "clock",        "vase",          "scissors",
    "teddy bear",     "hair drier", "toothbrush"};

}  // namespace

std::string_view coco_name(int category) {
  return category < 0 || category >= coco_classes ? "unknown" : names.at(static_cast<std::size_t>(category));
}

bool is_person(const Object& object) { return object.category == 0; }

bool is_vehicle(const Object& object) {
  return object.category == 2 || object.category == 3 || object.category == 5 || object.category == 7;
}

}  // namespace kuzet::vision

// SPDX-License-Identifier: Apache-2.0
// Walks the protocol buffer of an ONNX file, as far as it is needed to refuse what is none.
#include "vision/scene/onnx_header.hpp"

#include <algorithm>
#include <optional>

namespace kuzet::vision {

namespace {

constexpr std::size_t largest = std::size_t{512} << 20;  // the largest detector for such boards has a tenth of it
constexpr std::int64_t most_elements = std::int64_t{1} << 27;

/// One field of a message: its number and what it holds.
struct Part {
  std::uint64_t field = 0;
  bool is_bytes = false;
  std::uint64_t number = 0;
  std::string_view bytes;
};

/// The fields of one message, one after the other. developers.google.com/protocol-buffers/docs/encoding
class Parts {
 public:
  explicit Parts(std::string_view message) : rest_(message) {}

  /// The next field; nothing at the end, or where the message is broken.
  std::optional<Part> next() {
    if (rest_.empty() || broken_) return std::nullopt;
    Part part;
    const std::uint64_t tag = varint();
    part.field = tag >> 3U;
    switch (tag & 7U) {
      case 0: part.number = varint(); break;
      case 1: part.bytes = take(8); break;
      case 2: part.bytes = take(varint()), part.is_bytes = true; break;
      case 5: part.bytes = take(4); break;
      default: broken_ = true;
    }
    if (part.field == 0) broken_ = true;
    if (broken_) return std::nullopt;
    return part;
  }

  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::uint64_t varint() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      out |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return out;
    }
    broken_ = true;
    return 0;
  }

  std::string_view take(std::uint64_t length) {
    if (length > rest_.size()) return broken_ = true, std::string_view();
    const auto out = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return out;
  }

  std::string_view rest_;
  bool broken_ = false;
};

/// Hands over every field; false where the message is broken.
template <class Take>
bool each(std::string_view message, const Take& take) {
  Parts parts(message);
  while (const auto part = parts.next())
    if (!take(*part)) return false;
  return !parts.broken();
}

/// What lies within these fields, one in the other; empty where it is not there.
bool within(std::string_view message, std::initializer_list<std::uint64_t> fields, std::string_view& found) {
  found = message;
  for (const auto field : fields) {
    std::string_view inner;
    const bool sound = each(found, [&](const Part& part) {
      if (part.field == field && part.is_bytes) inner = part.bytes;
      return true;
    });
    if (!sound) return false;
    found = inner;
  }
  return true;
}

bool read_value(std::string_view message, OnnxValue& out) {
  std::string_view name, shape;
  if (!within(message, {1}, name) || !within(message, {2, 1, 2}, shape)) return false;  // type, tensor_type, shape
  out.name = name;
  return each(shape, [&](const Part& dimension) {
    std::int64_t size = 0;
    const bool sound = each(dimension.bytes, [&](const Part& part) {
      if (part.field == 1 && !part.is_bytes) size = static_cast<std::int64_t>(part.number);
      return true;
    });
    out.shape.push_back(std::clamp<std::int64_t>(size, 0, most_elements));
    return sound;
  });
}

/// How many bytes one element of a raw tensor has (TensorProto.DataType); 0 for types that are not of interest.
std::size_t element_size(std::uint64_t type) {
  switch (type) {
    case 1:
    case 6:
    case 12: return 4;  // float, int32, uint32
    case 7:
    case 11:
    case 13: return 8;  // int64, double, uint64
    case 4:
    case 5:
    case 10:
    case 16: return 2;  // uint16, int16, float16, bfloat16
    case 2:
    case 3:
    case 9: return 1;  // uint8, int8, bool
    default: return 0;
  }
}

/// A weight (TensorProto) whose raw bytes are as many as its shape says.
bool read_weight(std::string_view message, std::string& name) {
  std::uint64_t type = 0;
  std::int64_t elements = 1;
  std::optional<std::size_t> raw;
  const auto times = [&](std::uint64_t size) {
    if (size > static_cast<std::uint64_t>(most_elements)) return false;
    elements *= static_cast<std::int64_t>(size);
    return elements <= most_elements;
  };
  const bool sound = each(message, [&](const Part& part) {
    if (part.field == 2 && !part.is_bytes) type = part.number;
    if (part.field == 8 && part.is_bytes) name = part.bytes;
    if (part.field == 9 && part.is_bytes) raw = part.bytes.size();
    if (part.field == 14) return part.number == 0;  // data in another file
    if (part.field != 1) return true;
    if (!part.is_bytes) return times(part.number);
    for (std::string_view packed = part.bytes; !packed.empty();) {  // the same numbers, one after the other
      std::uint64_t size = 0;
      unsigned shift = 0;
      while (!packed.empty() && shift < 64) {
        const auto byte = static_cast<unsigned char>(packed.front());
        packed.remove_prefix(1);
        size |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80) break;
        shift += 7;
      }
      if (!times(size)) return false;
    }
    return true;
  });
  const std::size_t size = element_size(type);
  return sound && (!raw || size == 0 || *raw == static_cast<std::size_t>(elements) * size);
}

bool read_graph(std::string_view graph, OnnxHeader& header) {
  std::vector<std::string> weights;
  const bool sound = each(graph, [&](const Part& part) {
    if (!part.is_bytes) return true;
    if (part.field == 5) return read_weight(part.bytes, weights.emplace_back());
    if (part.field == 11) return read_value(part.bytes, header.inputs.emplace_back());
    if (part.field == 12) return read_value(part.bytes, header.outputs.emplace_back());
    return true;
  });
  std::erase_if(header.inputs, [&](const OnnxValue& one) { return std::ranges::find(weights, one.name) != weights.end(); });
  return sound;
}

}  // namespace

Result<OnnxHeader> read_onnx_header(std::string_view bytes) {
  if (bytes.empty()) return Error{Code::corrupt, "the file is empty"};
  if (bytes.size() > largest) return Error{Code::corrupt, "the file is larger than 512 MiB: this is no detector for a board"};
  std::string_view graph;
  bool has_version = false;
  const bool sound = each(bytes, [&](const Part& part) {
    if (part.field == 1 && !part.is_bytes) has_version = part.number > 0 && part.number < 1000;
    if (part.field == 7 && part.is_bytes) graph = part.bytes;
    return true;
  });
  if (!sound && !has_version) return Error{Code::corrupt, "this is no ONNX file"};
  if (!sound) return Error{Code::corrupt, "the ONNX file is cut off or damaged"};
  if (!has_version || graph.empty()) return Error{Code::corrupt, "this is no ONNX file"};
  OnnxHeader header;
  if (!read_graph(graph, header)) return Error{Code::corrupt, "the ONNX file is damaged inside"};
  if (header.inputs.size() != 1 || header.outputs.empty())
    return Error{Code::corrupt, "the network has " + std::to_string(header.inputs.size()) + " inputs and " +
                                    std::to_string(header.outputs.size()) +
                                    " outputs; a detector has one picture as its input"};
  return header;
}

}  // namespace kuzet::vision

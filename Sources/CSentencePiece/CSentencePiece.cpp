#include "CSentencePiece.h"

#include "UnigramSegmenter.hpp"

#include <sentencepiece_processor.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace sentencepiece {
namespace logging {
// Exported by the library, but its declaration is in a header that Debian does not install.
void SetMinLogLevel(int level);
}  // namespace logging
}  // namespace sentencepiece

struct csp_model {
    sentencepiece::SentencePieceProcessor processor;
    std::optional<UnigramSegmenter> segmenter;
};

namespace {

void write_message(const std::string &text, char *message, size_t capacity) {
    std::snprintf(message, capacity, "%s", text.c_str());
}

/// Calls `body`; an exception becomes a message and `failure`.
template <typename Result, typename Body>
Result guarded(Result failure, char *message, size_t capacity, Body body) {
    try {
        return body();
    } catch (const std::exception &error) {
        write_message(error.what(), message, capacity);
    } catch (...) {
        write_message("unknown failure", message, capacity);
    }
    return failure;
}

/// malloc that never returns null for zero bytes; throws when memory is short.
template <typename Element>
Element *allocate(size_t count) {
    auto *memory = static_cast<Element *>(std::malloc((count + 1) * sizeof(Element)));
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

csp_model *csp_model_create(const void *proto, size_t proto_bytes, char *message, size_t message_capacity) {
    return guarded<csp_model *>(nullptr, message, message_capacity, [&]() -> csp_model * {
        // The library's own log lines would land in the middle of a full-screen interface; statuses say the same.
        sentencepiece::logging::SetMinLogLevel(4);
        auto model = std::make_unique<csp_model>();
        const auto status = model->processor.LoadFromSerializedProto(
            absl::string_view(static_cast<const char *>(proto), proto_bytes));
        if (!status.ok()) {
            write_message(status.ToString(), message, message_capacity);
            return nullptr;
        }
        model->segmenter.emplace(model->processor);
        return model.release();
    });
}

void csp_model_free(csp_model *model) { delete model; }

int32_t csp_model_piece_count(const csp_model *model) { return model->processor.GetPieceSize(); }

int32_t csp_model_piece_id(const csp_model *model, const char *piece, size_t piece_bytes) {
    char message[16];
    return guarded<int32_t>(-1, message, sizeof message,
                            [&] { return model->processor.PieceToId(absl::string_view(piece, piece_bytes)); });
}

bool csp_model_is_control(const csp_model *model, int32_t id) {
    return id >= 0 && id < model->processor.GetPieceSize() && model->processor.IsControl(id);
}

bool csp_model_is_unknown(const csp_model *model, int32_t id) {
    return id >= 0 && id < model->processor.GetPieceSize() && model->processor.IsUnknown(id);
}

bool csp_model_encode(const csp_model *model, const char *text, size_t text_bytes, csp_pieces *pieces,
                      char *message, size_t message_capacity) {
    *pieces = csp_pieces{};
    const bool succeeded = guarded<bool>(false, message, message_capacity, [&] {
        const auto result = model->processor.EncodeAsImmutableProto(absl::string_view(text, text_bytes));
        // The library's pieces, one behind the other, are the normalised text.
        std::string normalized;
        for (size_t index = 0; index < result.pieces_size(); ++index) {
            normalized += result.pieces(static_cast<int>(index)).piece();
        }
        const auto segments = model->segmenter->segment(normalized);
        pieces->ids = allocate<int32_t>(segments.size());
        pieces->ends = allocate<size_t>(segments.size());
        pieces->text = allocate<char>(normalized.size());
        std::memcpy(pieces->text, normalized.data(), normalized.size());
        for (size_t index = 0; index < segments.size(); ++index) {
            pieces->ids[index] = segments[index].id;
            pieces->ends[index] = segments[index].end;
        }
        pieces->count = segments.size();
        return true;
    });
    if (!succeeded) csp_pieces_free(pieces);
    return succeeded;
}

void csp_pieces_free(csp_pieces *pieces) {
    std::free(pieces->ids);
    std::free(pieces->text);
    std::free(pieces->ends);
    *pieces = csp_pieces{};
}

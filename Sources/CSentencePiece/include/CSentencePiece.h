#ifndef CSENTENCEPIECE_H
#define CSENTENCEPIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A C face of libsentencepiece. No exception crosses it. Texts are UTF-8 with an explicit length and may hold zeros.

/// A loaded model. Encoding may happen on several threads at once.
typedef struct csp_model csp_model;

/// Pieces of one text, in order. Free it with csp_pieces_free.
typedef struct {
    /// The ids, [count].
    int32_t *_Nullable ids;
    /// All pieces behind each other, as text.
    char *_Nullable text;
    /// Where each piece ends in `text`, [count].
    size_t *_Nullable ends;
    size_t count;
} csp_pieces;

/// Reads a serialized ModelProto. On failure returns null and writes a zero-terminated reason into `message`, which has
/// room for `message_capacity` > 0 bytes.
csp_model *_Nullable csp_model_create(const void *_Nonnull proto, size_t proto_bytes, char *_Nonnull message,
                                      size_t message_capacity);

void csp_model_free(csp_model *_Nullable model);

/// The number of pieces in the vocabulary.
int32_t csp_model_piece_count(const csp_model *_Nonnull model);

/// The id of a piece; that of the unknown piece if there is no such piece.
int32_t csp_model_piece_id(const csp_model *_Nonnull model, const char *_Nonnull piece, size_t piece_bytes);

/// Whether the id stands for a control piece, which never matches text.
bool csp_model_is_control(const csp_model *_Nonnull model, int32_t id);

/// Whether the id is that of the unknown piece.
bool csp_model_is_unknown(const csp_model *_Nonnull model, int32_t id);

/// Cuts a text into pieces. On failure returns false and writes a reason as csp_model_create does.
bool csp_model_encode(const csp_model *_Nonnull model, const char *_Nonnull text, size_t text_bytes,
                      csp_pieces *_Nonnull pieces, char *_Nonnull message, size_t message_capacity);

/// Frees what csp_model_encode allocated and empties the struct.
void csp_pieces_free(csp_pieces *_Nonnull pieces);

#ifdef __cplusplus
}
#endif

#endif

#define _GNU_SOURCE
#include "CLibAV.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// FFmpeg brings a hundred libraries with it, whose loading takes 30 ms and more: three quarters of the start of a command
// that shows no video, as completions are. So the program is not linked with them: the functions below stand in for those
// of the same name, and the first call loads the libraries. Their arguments and results are those of FFmpeg's headers,
// which the compiler compares.

#define STRINGIFIED(number) #number
#define FILE_NAME(name, major) "lib" name ".so." STRINGIFIED(major)

enum { AVUTIL, AVCODEC, AVFORMAT, SWSCALE, LIBRARY_COUNT };

/// The versions that the headers belong to.
static const char *const file_names[LIBRARY_COUNT] = {
    [AVUTIL] = FILE_NAME("avutil", LIBAVUTIL_VERSION_MAJOR),
    [AVCODEC] = FILE_NAME("avcodec", LIBAVCODEC_VERSION_MAJOR),
    [AVFORMAT] = FILE_NAME("avformat", LIBAVFORMAT_VERSION_MAJOR),
    [SWSCALE] = FILE_NAME("swscale", LIBSWSCALE_VERSION_MAJOR),
};
static void *libraries[LIBRARY_COUNT];

/// As where the system's loader misses a library: one sentence, and no more.
static _Noreturn void give_up(void) {
    const char *reason = dlerror();
    fprintf(stderr, "turbo2k: FFmpeg cannot be loaded: %s. Install its libraries, of this version.\n",
            reason ? reason : "unknown reason");
    abort();
}

static void load_all(void) {
    for (int index = 0; index < LIBRARY_COUNT; index++) {
        libraries[index] = dlopen(file_names[index], RTLD_LAZY | RTLD_LOCAL);
        if (!libraries[index]) give_up();
    }
}

static void *function(int library, const char *name) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_all);
    void *found = dlsym(libraries[library], name);
    if (!found) give_up();
    return found;
}

// A function is looked up at its first call; two threads that do so at once find the same.
// The names are hidden, so that the libraries go on calling each other directly.
#define LOOKED_UP(library, name)                                                                                       \
    static __typeof__(name) *pointer;                                                                                  \
    __typeof__(name) *call = __atomic_load_n(&pointer, __ATOMIC_ACQUIRE);                                              \
    if (!call) {                                                                                                       \
        call = (__typeof__(name) *)function(library, #name);                                                           \
        __atomic_store_n(&pointer, call, __ATOMIC_RELEASE);                                                            \
    }
#define GIVES(library, result, name, parameters, arguments)                                                            \
    __attribute__((visibility("hidden"))) result name parameters {                                                     \
        LOOKED_UP(library, name)                                                                                       \
        return call arguments;                                                                                         \
    }
#define DOES(library, name, parameters, arguments)                                                                     \
    __attribute__((visibility("hidden"))) void name parameters {                                                       \
        LOOKED_UP(library, name)                                                                                       \
        call arguments;                                                                                                \
    }

// libavutil
DOES(AVUTIL, av_dict_free, (AVDictionary **m), (m))
GIVES(AVUTIL, AVDictionaryEntry *, av_dict_get,
    (const AVDictionary *m, const char *key, const AVDictionaryEntry *prev, int flags),
    (m, key, prev, flags))
GIVES(AVUTIL, int, av_dict_set,
    (AVDictionary **pm, const char *key, const char *value, int flags),
    (pm, key, value, flags))
GIVES(AVUTIL, AVFrame *, av_frame_alloc, (void), ())
DOES(AVUTIL, av_frame_free, (AVFrame **frame), (frame))
GIVES(AVUTIL, int, av_frame_get_buffer, (AVFrame *frame, int align), (frame, align))
GIVES(AVUTIL, int, av_frame_make_writable, (AVFrame *frame), (frame))
DOES(AVUTIL, av_frame_unref, (AVFrame *frame), (frame))
DOES(AVUTIL, av_log_set_callback, (void (*callback)(void*, int, const char*, va_list)), (callback))
DOES(AVUTIL, av_log_set_level, (int level), (level))
GIVES(AVUTIL, int, av_opt_set,
    (void *obj, const char *name, const char *val, int search_flags),
    (obj, name, val, search_flags))
GIVES(AVUTIL, int, av_opt_set_int,
    (void *obj, const char *name, int64_t val, int search_flags),
    (obj, name, val, search_flags))
GIVES(AVUTIL, const AVPixFmtDescriptor *, av_pix_fmt_desc_get, (enum AVPixelFormat pix_fmt), (pix_fmt))
GIVES(AVUTIL, int, av_strerror, (int errnum, char *errbuf, size_t errbuf_size), (errnum, errbuf, errbuf_size))

// libavcodec
GIVES(AVCODEC, AVPacket *, av_packet_alloc, (void), ())
DOES(AVCODEC, av_packet_free, (AVPacket **pkt), (pkt))
DOES(AVCODEC, av_packet_rescale_ts, (AVPacket *pkt, AVRational tb_src, AVRational tb_dst), (pkt, tb_src, tb_dst))
DOES(AVCODEC, av_packet_unref, (AVPacket *pkt), (pkt))
GIVES(AVCODEC, AVCodecContext *, avcodec_alloc_context3, (const AVCodec *codec), (codec))
GIVES(AVCODEC, const AVCodec *, avcodec_find_encoder, (enum AVCodecID id), (id))
GIVES(AVCODEC, const AVCodec *, avcodec_find_encoder_by_name, (const char *name), (name))
DOES(AVCODEC, avcodec_flush_buffers, (AVCodecContext *avctx), (avctx))
DOES(AVCODEC, avcodec_free_context, (AVCodecContext **avctx), (avctx))
GIVES(AVCODEC, const char *, avcodec_get_name, (enum AVCodecID id), (id))
GIVES(AVCODEC, int, avcodec_open2,
    (AVCodecContext *avctx, const AVCodec *codec, AVDictionary **options),
    (avctx, codec, options))
GIVES(AVCODEC, int, avcodec_parameters_from_context,
    (AVCodecParameters *par, const AVCodecContext *codec),
    (par, codec))
GIVES(AVCODEC, int, avcodec_parameters_to_context,
    (AVCodecContext *codec, const AVCodecParameters *par),
    (codec, par))
GIVES(AVCODEC, int, avcodec_receive_frame, (AVCodecContext *avctx, AVFrame *frame), (avctx, frame))
GIVES(AVCODEC, int, avcodec_receive_packet, (AVCodecContext *avctx, AVPacket *avpkt), (avctx, avpkt))
GIVES(AVCODEC, int, avcodec_send_frame, (AVCodecContext *avctx, const AVFrame *frame), (avctx, frame))
GIVES(AVCODEC, int, avcodec_send_packet, (AVCodecContext *avctx, const AVPacket *avpkt), (avctx, avpkt))
GIVES(AVCODEC, unsigned, avcodec_version, (void), ())

// libavformat
GIVES(AVFORMAT, int, av_find_best_stream,
    (AVFormatContext *ic, enum AVMediaType type, int wanted_stream_nb, int related_stream, const AVCodec **decoder_ret, int flags),
    (ic, type, wanted_stream_nb, related_stream, decoder_ret, flags))
GIVES(AVFORMAT, int, av_interleaved_write_frame, (AVFormatContext *s, AVPacket *pkt), (s, pkt))
GIVES(AVFORMAT, int, av_read_frame, (AVFormatContext *s, AVPacket *pkt), (s, pkt))
GIVES(AVFORMAT, int, av_seek_frame,
    (AVFormatContext *s, int stream_index, int64_t timestamp, int flags),
    (s, stream_index, timestamp, flags))
GIVES(AVFORMAT, int, av_write_trailer, (AVFormatContext *s), (s))
GIVES(AVFORMAT, int, avformat_alloc_output_context2,
    (AVFormatContext **ctx, const AVOutputFormat *oformat, const char *format_name, const char *filename),
    (ctx, oformat, format_name, filename))
DOES(AVFORMAT, avformat_close_input, (AVFormatContext **s), (s))
GIVES(AVFORMAT, int, avformat_find_stream_info, (AVFormatContext *ic, AVDictionary **options), (ic, options))
DOES(AVFORMAT, avformat_free_context, (AVFormatContext *s), (s))
GIVES(AVFORMAT, AVStream *, avformat_new_stream, (AVFormatContext *s, const AVCodec *c), (s, c))
GIVES(AVFORMAT, int, avformat_open_input,
    (AVFormatContext **ps, const char *url, const AVInputFormat *fmt, AVDictionary **options),
    (ps, url, fmt, options))
GIVES(AVFORMAT, int, avformat_write_header, (AVFormatContext *s, AVDictionary **options), (s, options))
GIVES(AVFORMAT, int, avio_closep, (AVIOContext **s), (s))
DOES(AVFORMAT, avio_flush, (AVIOContext *s), (s))
GIVES(AVFORMAT, int, avio_open, (AVIOContext **s, const char *url, int flags), (s, url, flags))

// libswscale
GIVES(SWSCALE, struct SwsContext *, sws_alloc_context, (void), ())
DOES(SWSCALE, sws_freeContext, (struct SwsContext *swsContext), (swsContext))
GIVES(SWSCALE, const int *, sws_getCoefficients, (int colorspace), (colorspace))
GIVES(SWSCALE, int, sws_init_context,
    (struct SwsContext *sws_context, SwsFilter *srcFilter, SwsFilter *dstFilter),
    (sws_context, srcFilter, dstFilter))
GIVES(SWSCALE, int, sws_scale,
    (struct SwsContext *c, const uint8_t *const srcSlice[], const int srcStride[], int srcSliceY, int srcSliceH, uint8_t *const dst[], const int dstStride[]),
    (c, srcSlice, srcStride, srcSliceY, srcSliceH, dst, dstStride))
GIVES(SWSCALE, int, sws_setColorspaceDetails,
    (struct SwsContext *c, const int inv_table[4], int srcRange, const int table[4], int dstRange, int brightness, int contrast, int saturation),
    (c, inv_table, srcRange, table, dstRange, brightness, contrast, saturation))

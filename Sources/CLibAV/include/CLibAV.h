#pragma once

// FFmpeg's C libraries. Swift cannot import macros that take arguments or cast; the functions below stand for them.
// A function of FFmpeg that is to be called from Swift stands in libraries.c too.

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

/// AVERROR(number): the error code of an `errno` number.
static inline int clibav_error(int number) { return AVERROR(number); }

/// AVERROR(EAGAIN): the codec wants input, or its output taken, first.
static inline int clibav_error_again(void) { return AVERROR(EAGAIN); }

/// AVERROR_EOF: no more data.
static inline int clibav_error_end(void) { return AVERROR_EOF; }

/// AVERROR_INVALIDDATA: damaged data.
static inline int clibav_error_invalid_data(void) { return AVERROR_INVALIDDATA; }

/// AVERROR_EXIT: stopped by the interrupt callback.
static inline int clibav_error_exit(void) { return AVERROR_EXIT; }

/// AV_NOPTS_VALUE: a time that is not known.
static inline int64_t clibav_no_time(void) { return AV_NOPTS_VALUE; }

/// AV_TIME_BASE: units of a container's duration in a second.
static inline int64_t clibav_time_base(void) { return AV_TIME_BASE; }

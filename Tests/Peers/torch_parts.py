"""The parts of the model in PyTorch, each as a function to time: the classes of the ltx_video package and torch's own layers.

Each maker returns a dictionary from the name of a precision to a function without arguments that runs the part once.
"""
import os
import warnings

import torch

# The packages comment on each other's settings at every load.
warnings.filterwarnings("ignore")

# Emulated elsewhere: up to a hundred times slower than fp32, so it is left out there, and where PyTorch is held to AVX2.
HAS_BF16 = torch.cpu._is_avx512_bf16_supported() and os.environ.get("ATEN_CPU_CAPABILITY") != "avx2"
DTYPES = {"fp32": torch.float32, **({"bf16": torch.bfloat16} if HAS_BF16 else {})}

PROMPT_TOKENS = 128
PUBLISHED_2B = dict(
    num_attention_heads=32, attention_head_dim=64, in_channels=128, out_channels=128, num_layers=28,
    cross_attention_dim=2048, attention_bias=True, activation_fn="gelu-approximate", adaptive_norm="single_scale_shift",
    standardization_norm="rms_norm", norm_elementwise_affine=False, norm_eps=1e-6, qk_norm="rms_norm",
    positional_embedding_type="rope", positional_embedding_theta=1e4, positional_embedding_max_pos=[20, 2048, 2048],
    timestep_scale_multiplier=1000, caption_channels=4096)


def _silence_diffusers():
    from diffusers.utils import logging
    logging.set_verbosity_error()


def _without_gradients(function):
    def run():
        with torch.no_grad():
            return function()
    return run


def _each(make):
    return {name: _without_gradients(make(dtype)) for name, dtype in DTYPES.items()}


def attention(heads, tokens, width):
    """softmax(q k^T) v alone."""
    def make(dtype):
        q, k, v = (torch.randn(1, heads, tokens, width, dtype=dtype) for _ in range(3))
        return lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v)
    return _each(make)


def linear(tokens, inputs, outputs):
    """A linear layer alone, without bias."""
    def make(dtype):
        x, weight = torch.randn(tokens, inputs, dtype=dtype), torch.randn(outputs, inputs, dtype=dtype)
        return lambda: torch.nn.functional.linear(x, weight)
    return _each(make)


def step_inputs(config, latent, dtype):
    """Tokens, coordinates, text, its mask and the time of one evaluation at a latent of frames x rows x columns."""
    from ltx_video.models.transformers.symmetric_patchifier import SymmetricPatchifier
    frames, rows, columns = latent
    tokens = torch.randn(1, frames * rows * columns, config.in_channels, dtype=dtype)
    _, places = SymmetricPatchifier(1).patchify(torch.zeros(1, config.in_channels, frames, rows, columns))
    places = places.float() * torch.tensor([8 / 24, 32, 32])[None, :, None]
    text = torch.randn(1, PROMPT_TOKENS, config.caption_channels, dtype=dtype)
    return tokens, places, text, torch.ones(1, PROMPT_TOKENS), torch.tensor([[0.5]], dtype=dtype)


def _step(model, latent, dtype):
    tokens, places, text, mask, time = step_inputs(model.config, latent, dtype)
    return lambda: model(tokens, indices_grid=places, encoder_hidden_states=text, encoder_attention_mask=mask,
                         timestep=time, return_dict=False)


def checkpoint_step(path, latent):
    """One evaluation of a checkpoint's transformer."""
    _silence_diffusers()
    from ltx_video.models.transformers.transformer3d import Transformer3DModel
    return _each(lambda dtype: _step(Transformer3DModel.from_pretrained(path).to(dtype).eval(), latent, dtype))


def random_2b(layers, dtype):
    """The published 2-billion configuration with fewer blocks and random weights."""
    _silence_diffusers()
    from ltx_video.models.transformers.transformer3d import Transformer3DModel
    with torch.device("meta"):
        model = Transformer3DModel.from_config({**PUBLISHED_2B, "num_layers": layers})
    model = model.to(dtype).to_empty(device="cpu")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.02)
    return model.eval()


def synthetic_step(layers, latent):
    """One evaluation of `random_2b`."""
    return _each(lambda dtype: _step(random_2b(layers, dtype), latent, dtype))


def decode(path, latent):
    """Latents to pictures by a checkpoint's video autoencoder."""
    _silence_diffusers()
    from ltx_video.models.autoencoders.causal_video_autoencoder import CausalVideoAutoencoder
    frames, rows, columns = latent

    def make(dtype):
        model = CausalVideoAutoencoder.from_pretrained(path).to(dtype).eval()
        z = torch.randn(1, model.decoder.conv_in.in_channels, frames, rows, columns, dtype=dtype)
        shape = (1, 3, 8 * (frames - 1) + 1, 32 * rows, 32 * columns)
        time = torch.tensor([0.05], dtype=dtype) if model.decoder.timestep_conditioning else None
        return lambda: model.decode(z, target_shape=shape, timestep=time, return_dict=False)
    return _each(make)

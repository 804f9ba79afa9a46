/**
 * Words that WGSL keeps, or has declared already.
 *
 * Source: the WGSL specification, https://www.w3.org/TR/WGSL/, its lists of keywords, reserved words, predeclared
 * types and builtin functions.
 *
 * @module
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words of the language. */
export const KEYWORDS: ReadonlySet<string> = words(`
  alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let
  loop override requires return struct switch true var while`);

/** Words that may become part of the language. */
export const RESERVED_WORDS: ReadonlySet<string> = words(`
  NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class
  co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval
  constexpr constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export
  extends extern external fallthrough filter final finally friend from fxgroup get goto groupshared highp impl
  implements import inline instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut
  mutable namespace new nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null nullptr of
  operator package packoffset partial pass patch pixelfragment precise precision premerge priv protected pub public
  readonly ref regardless register reinterpret_cast require resource restrict self set shared sizeof smooth snorm
  static static_assert static_cast std subroutine super target template this thread_local throw trait try type
  typedef typeid typename typeof union unless unorm unsafe unsized use using varying virtual volatile wgsl where with
  writeonly yield`);

/** Types that are declared before a text begins, and names of generic ones. */
export const PREDECLARED_TYPES: ReadonlySet<string> = words(`
  array atomic bool f16 f32 i32 u32 mat2x2 mat2x3 mat2x4 mat3x2 mat3x3 mat3x4 mat4x2 mat4x3 mat4x4 ptr sampler
  sampler_comparison vec2 vec3 vec4 vec2f vec2h vec2i vec2u vec3f vec3h vec3i vec3u vec4f vec4h vec4i vec4u
  texture_1d texture_2d texture_2d_array texture_3d texture_cube texture_cube_array texture_multisampled_2d
  texture_depth_2d texture_storage_1d texture_storage_2d texture_storage_2d_array texture_storage_3d
  texture_external`);

/** Functions that are declared before a text begins. */
export const BUILTIN_FUNCTIONS: ReadonlySet<string> = words(`
  bitcast all any select arrayLength abs acos acosh asin asinh atan atanh atan2 ceil clamp cos cosh
  countLeadingZeros countOneBits countTrailingZeros cross degrees determinant distance dot dot4U8Packed dot4I8Packed
  exp exp2 extractBits faceForward firstLeadingBit firstTrailingBit floor fma fract frexp insertBits inverseSqrt ldexp
  length log log2 max min mix modf normalize pow quantizeToF16 radians reflect refract reverseBits round saturate sign
  sin sinh smoothstep sqrt step tan tanh transpose trunc dpdx dpdy fwidth atomicLoad atomicStore atomicAdd atomicSub
  atomicMax atomicMin atomicAnd atomicOr atomicXor atomicExchange atomicCompareExchangeWeak pack4x8snorm pack4x8unorm
  pack2x16snorm pack2x16unorm pack2x16float unpack4x8snorm unpack4x8unorm unpack2x16snorm unpack2x16unorm
  unpack2x16float storageBarrier textureBarrier workgroupBarrier workgroupUniformLoad subgroupAdd subgroupAll
  subgroupAnd subgroupAny subgroupBallot subgroupBroadcast subgroupElect subgroupMax subgroupMin subgroupMul
  subgroupOr subgroupShuffle subgroupXor`);

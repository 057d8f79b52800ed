const _: () = {
    const _: () = ::meta_core::descriptor::check::whole_words(
        ::core::mem::size_of::<WriteBack>(),
    );
    const _: () = ::meta_core::descriptor::check::range_fits(
        "rss_type",
        4usize,
        <RssType as ::meta_core::bits::Bits>::WIDTH,
    );
    #[automatically_derived]
    impl ::meta_core::ty::Described for WriteBack {
        const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::Struct(
            &::meta_core::ty::Composite {
                name: "WriteBack",
                size: ::core::mem::size_of::<WriteBack>(),
                align: ::core::mem::align_of::<WriteBack>(),
                members: &[
                    ::meta_core::ty::Member::new(
                        "mrq",
                        <Le32 as ::meta_core::ty::Described>::TYPE,
                        ::core::mem::offset_of!(WriteBack, mrq),
                    ),
                    ::meta_core::ty::Member::new(
                        "hash",
                        <Le32 as ::meta_core::ty::Described>::TYPE,
                        ::core::mem::offset_of!(WriteBack, hash),
                    ),
                ],
            },
        );
    }
    #[automatically_derived]
    impl ::meta_core::descriptor::Ranges for WriteBack {
        const RANGES: &'static [::meta_core::descriptor::Range] = &[
            ::meta_core::descriptor::Range {
                word: 0usize,
                name: "rss_type",
                msb: 3u8,
                lsb: 0u8,
                tag: "bits:rss_type:3:0",
            },
            ::meta_core::descriptor::Range {
                word: 0usize,
                name: "",
                msb: 31u8,
                lsb: 4u8,
                tag: "",
            },
        ];
    }
    #[automatically_derived]
    impl ::meta_core::value::Value for WriteBack {
        const ZERO: Self = Self {
            mrq: <Le32 as ::meta_core::value::Value>::ZERO,
            hash: <Le32 as ::meta_core::value::Value>::ZERO,
        };
        type Bytes = [u8; ::core::mem::size_of::<WriteBack>()];
        #[inline(always)]
        fn masked(self, present: bool) -> Self::Bytes {
            let mut bytes = [0; ::core::mem::size_of::<WriteBack>()];
            ::meta_core::value::At::<
                { ::core::mem::offset_of!(WriteBack, mrq) },
            >::put(&mut bytes, ::meta_core::value::Value::masked(self.mrq, present));
            ::meta_core::value::At::<
                { ::core::mem::offset_of!(WriteBack, hash) },
            >::put(&mut bytes, ::meta_core::value::Value::masked(self.hash, present));
            bytes
        }
        #[inline(always)]
        fn from_bytes(bytes: Self::Bytes) -> Self {
            Self {
                mrq: ::meta_core::descriptor::memory::member::<
                    Le32,
                    { ::core::mem::offset_of!(WriteBack, mrq) },
                    { ::core::mem::size_of::<WriteBack>() },
                >(&bytes),
                hash: ::meta_core::descriptor::memory::member::<
                    Le32,
                    { ::core::mem::offset_of!(WriteBack, hash) },
                    { ::core::mem::size_of::<WriteBack>() },
                >(&bytes),
            }
        }
        #[inline(always)]
        fn number(self) -> ::core::option::Option<u64> {
            ::core::option::Option::None
        }
    }
    /**What its words and their bits are.

| word | bits | name |
|---|---|---|
| `mrq` | 3..=0 | `rss_type` |
| `mrq` | 31..=4 | reserved |
| `hash` | all | `hash` |
*/
    #[automatically_derived]
    impl ::meta_core::descriptor::Descriptor for WriteBack {
        const SIZE: usize = ::core::mem::size_of::<WriteBack>();
        type Words = [u64; ::core::mem::size_of::<WriteBack>() / 8];
        #[inline(always)]
        fn from_words(words: Self::Words) -> Self {
            ::meta_core::value::Value::from_bytes(
                ::meta_core::descriptor::memory::to_bytes(words),
            )
        }
        #[inline(always)]
        fn to_words(self) -> Self::Words {
            ::meta_core::descriptor::memory::to_words(
                ::meta_core::value::Value::to_bytes(self),
            )
        }
        #[inline(always)]
        fn read_words(read: impl ::core::ops::FnMut(usize) -> u64) -> Self::Words {
            ::core::array::from_fn(read)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl WriteBack {
        /**What the hash covers.

Bits 3..=0 of `mrq`.*/
        #[inline(always)]
        pub const fn rss_type(&self) -> RssType {
            <RssType>::from_bits((self.mrq.get() & 0xf_u32) as u64)
        }
        /// RSS hash.
        #[inline(always)]
        pub const fn hash(&self) -> u32 {
            self.hash.get()
        }
        /// All bits zero, the reserved ones too: what to build from.
        #[inline(always)]
        #[must_use]
        pub const fn zeroed() -> Self {
            <Self as ::meta_core::value::Value>::ZERO
        }
        ///With another [`rss_type`](Self::rss_type).
        ///
        /// Bits that the range does not have are dropped.
        #[inline(always)]
        #[must_use]
        pub const fn with_rss_type(mut self, rss_type: RssType) -> Self {
            self.mrq = <Le32>::new(
                self.mrq.get() & !0xf_u32
                    | (<RssType>::to_bits(rss_type) as u32 & 0xf_u32),
            );
            self
        }
        ///With another [`rss_type`](Self::rss_type); `None` if that does not fit into 4 bits.
        #[inline(always)]
        #[must_use]
        pub const fn try_with_rss_type(
            self,
            rss_type: RssType,
        ) -> ::core::option::Option<Self> {
            if <RssType>::to_bits(rss_type) > 0xf_u64 {
                ::core::option::Option::None
            } else {
                ::core::option::Option::Some(self.with_rss_type(rss_type))
            }
        }
        ///With another [`hash`](Self::hash).
        #[inline(always)]
        #[must_use]
        pub const fn with_hash(mut self, hash: u32) -> Self {
            self.hash = <Le32>::new(hash);
            self
        }
    }
};

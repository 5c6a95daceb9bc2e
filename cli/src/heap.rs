//! The C library's memory in static binaries, where it is musl's.
//!
//! aws-lc takes its memory from there, and musl gives a page back to the system as soon as nothing in it is in use. With one RSA
//! operation after the other that is every third time, the system's work on it stops all threads, and sealing 10,000
//! Secrets on two cores takes a quarter longer. A page in which something stays in use is kept.

/// What keeps pages in use: they may go back when it is dropped.
pub(crate) struct KeptPages {
    #[cfg(target_env = "musl")]
    _blocks: Vec<musl::Block>,
}

/// Keeps pages in use that encryption takes memory from again and again; for a single document it is not worth the time.
pub(crate) fn keep_pages(documents: usize) -> KeptPages {
    #[cfg(not(target_env = "musl"))]
    let _ = documents;
    KeptPages {
        #[cfg(target_env = "musl")]
        _blocks: if documents > 1 { musl::spread_blocks() } else { Vec::new() },
    }
}

#[cfg(target_env = "musl")]
mod musl {
    use std::alloc::System;
    use std::hint::black_box;

    pub(super) type Block = allocator_api2::vec::Vec<u8, System>;

    /// What aws-lc asks for in an encryption, in bytes: numbers as long as the modulus and twice as long, for keys of 2,048,
    /// 3,072 and 4,096 bits, and lists of numbers. Eight bytes each are aws-lc's own.
    const SIZES: [usize; 6] = [120, 264, 392, 520, 776, 1032];

    /// Enough for what two threads take at a time, and for a key beside.
    const BLOCKS_OF_A_SIZE: usize = 40;

    /// A page has three blocks of the longest size: one in four keeps most pages, and leaves most of their room.
    const KEPT_ONE_IN: usize = 4;

    pub(super) fn spread_blocks() -> Vec<Block> {
        let mut blocks: Vec<Block> = SIZES
            .into_iter()
            .flat_map(|size| {
                (0..BLOCKS_OF_A_SIZE).map(move |_| Block::with_capacity_in(size, System))
            })
            .collect();
        // Otherwise the compiler sees that nobody writes into them, and leaves them out.
        black_box(&mut blocks);
        let mut number = 0;
        blocks.retain(|_| {
            number += 1;
            number % KEPT_ONE_IN == 0
        });
        blocks
    }
}

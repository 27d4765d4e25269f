// The Debian packages that images are made of; written by refresh.ts, which believes Debian's signature only.
import type { DebianPin } from './debian.ts';
import type { Architecture } from './names.ts';

/** When they were taken. */
export const pinnedAt = '20261123T005416Z';
export const debianRelease = '13';

export const pins: Readonly<Record<Architecture, readonly DebianPin[]>> = {
  amd64: [
    { name: 'base-files', version: '13.8+deb13u7', path: 'debian/pool/main/b/base-files/base-files_13.8+deb13u7_amd64.deb', size: 88_296, sha256: 'fcd42bb5cb63f7bfc4326a92541247872206d60a192fdff65ca14eb83ed408b9' },
    { name: 'bubblewrap', version: '0.12.0-1~deb13u1', path: 'debian/pool/main/b/bubblewrap/bubblewrap_0.12.0-1~deb13u1_amd64.deb', size: 56_876, sha256: '70aca4fa8daeacb677ec00e8063eb586f08ae3d94b1f11e684370b5524c43431' },
    { name: 'coreutils', version: '9.7-3', path: 'debian/pool/main/c/coreutils/coreutils_9.7-3_amd64.deb', size: 3_023_556, sha256: '1299ab6f9389a288eb2f5f3dd222c26cc777b9a2d5ecb6ee4cbd340cebcdada2' },
    { name: 'dash', version: '0.5.12-12', path: 'debian/pool/main/d/dash/dash_0.5.12-12_amd64.deb', size: 98_504, sha256: 'a8902cb6d8650134764a25fb80aec8589d858ef71ece1680a62e84816c37bb04' },
    { name: 'gcc-14-base', version: '14.2.0-19', path: 'debian/pool/main/g/gcc-14/gcc-14-base_14.2.0-19_amd64.deb', size: 49_432, sha256: '5b6825de4263824b78c4c51f6476414f3b4e89c2ab63e81dc8b9b5501e867cf6' },
    { name: 'libbsd0', version: '0.12.2-2', path: 'debian/pool/main/libb/libbsd/libbsd0_0.12.2-2_amd64.deb', size: 130_968, sha256: 'e5a85986fa6bec3307ab1bc860736b478b331882bc45e17675a7bdf88eecb43a' },
    { name: 'libc6', version: '2.41-12+deb13u4', path: 'debian/pool/main/g/glibc/libc6_2.41-12+deb13u4_amd64.deb', size: 2_846_580, sha256: '967aa62605721081c3eb2a17650611a792aa802d76a6511d1840242623d204c9' },
    { name: 'libcap2', version: '1:2.75-10+deb13u1+b3', path: 'debian/pool/main/libc/libcap2/libcap2_2.75-10+deb13u1+b3_amd64.deb', size: 28_988, sha256: '89fc4d34fc7a28ad6f0fcd0c561ab253b9dedf6f77f5a000b47c276c8295bf67' },
    { name: 'libedit2', version: '3.1-20250104-1', path: 'debian/pool/main/libe/libedit/libedit2_3.1-20250104-1_amd64.deb', size: 93_832, sha256: 'b002ea172b9c1e34a67bc497c523c67bb74c3f0a4e98113cb083990a1f1d3bfe' },
    { name: 'libgcc-s1', version: '14.2.0-19', path: 'debian/pool/main/g/gcc-14/libgcc-s1_14.2.0-19_amd64.deb', size: 72_772, sha256: '3c71917b490d1a17aed43196a2787a256ecf060526cdb20216a74bedc061b150' },
    { name: 'libgmp10', version: '2:6.3.0+dfsg-3', path: 'debian/pool/main/g/gmp/libgmp10_6.3.0+dfsg-3_amd64.deb', size: 560_220, sha256: 'd0d0265eb01770f17afd0f7c8c0622f80479dcfbbe13653a0debeec61464e622' },
    { name: 'libjansson4', version: '2.14-2+b3', path: 'debian/pool/main/j/jansson/libjansson4_2.14-2+b3_amd64.deb', size: 39_792, sha256: '60707a62fe6c1228c3389b12a13ca4efd76defc5532473e547a29e99cf7d2a6e' },
    { name: 'libmd0', version: '1.1.0-2+b1', path: 'debian/pool/main/libm/libmd/libmd0_1.1.0-2+b1_amd64.deb', size: 36_272, sha256: '7244ec3839b61fac0c1884fe08aaa040f26e8f1f35f1f5d3482eacefd30d1b44' },
    { name: 'libmnl0', version: '1.0.5-3', path: 'debian/pool/main/libm/libmnl/libmnl0_1.0.5-3_amd64.deb', size: 11_928, sha256: '4ec9c1096e0b954e3bdb03a62314ee7f49999045d3d55be3e4ded520ffc9baf5' },
    { name: 'libnftables1', version: '1.1.3-1', path: 'debian/pool/main/n/nftables/libnftables1_1.1.3-1_amd64.deb', size: 332_448, sha256: 'c7cbee3dce8452ae5c3c4269f6f52e96b896d36a46ea3c490e0e11e8ff359896' },
    { name: 'libnftnl11', version: '1.2.9-1', path: 'debian/pool/main/libn/libnftnl/libnftnl11_1.2.9-1_amd64.deb', size: 65_012, sha256: '1b3eae46bfb9c6ab44e404797fb45278045f926d73974a84097ad47a3e27d983' },
    { name: 'libpcre2-8-0', version: '10.46-1~deb13u3', path: 'debian-security/pool/updates/main/p/pcre2/libpcre2-8-0_10.46-1~deb13u3_amd64.deb', size: 299_148, sha256: 'e226f661d918f04daf38cdbc4806b7ed7d6ef95c7eb0ade692fc350e31970040' },
    { name: 'libselinux1', version: '3.8.1-1', path: 'debian/pool/main/libs/libselinux/libselinux1_3.8.1-1_amd64.deb', size: 84_680, sha256: '68bb8d32bd8d6d7d2f5952a169db03d1484b46ae1e52abccdec42a19dccea5d5' },
    { name: 'libsmartcols1', version: '2.41.5-0+deb13u1', path: 'debian/pool/main/u/util-linux/libsmartcols1_2.41.5-0+deb13u1_amd64.deb', size: 143_216, sha256: 'd96bac9c8805685f2734885098a214b82950da6ebb182c27a6b7a124a0323392' },
    { name: 'libstdc++6', version: '14.2.0-19', path: 'debian/pool/main/g/gcc-14/libstdc++6_14.2.0-19_amd64.deb', size: 713_628, sha256: 'ab1fa05837aa7a92aae748fd07a18a35f7d18bb4a71c4724fe2bbf0e32089de0' },
    { name: 'libtinfo6', version: '6.5+20250216-2', path: 'debian/pool/main/n/ncurses/libtinfo6_6.5+20250216-2_amd64.deb', size: 348_380, sha256: '8b9f6a7983e9418564e48a627518de4c03917b56efe68d7f3e93bd8fffa1cc10' },
    { name: 'libxtables12', version: '1.8.11-2', path: 'debian/pool/main/i/iptables/libxtables12_1.8.11-2_amd64.deb', size: 31_896, sha256: '4de5aa59faef5e98d6ba9f5f521a915be5641f224f597862f8d29e8319e8db16' },
    { name: 'nftables', version: '1.1.3-1', path: 'debian/pool/main/n/nftables/nftables_1.1.3-1_amd64.deb', size: 75_864, sha256: '2ddfa61baaf3a76e2c499db9e521ba6affb226f85af0b6fef739f346ac5f0c39' },
    { name: 'runsc', version: '0.0~20240729.0-4+b7', path: 'debian/pool/main/g/golang-gvisor-gvisor/runsc_0.0~20240729.0-4+b7_amd64.deb', size: 7_121_792, sha256: '3c25a5130dfac2f71237d5baad56ac86a255de87a0400f11b36a555156dc325a' },
    { name: 'util-linux', version: '2.41.5-0+deb13u1', path: 'debian/pool/main/u/util-linux/util-linux_2.41.5-0+deb13u1_amd64.deb', size: 1_242_392, sha256: '7d5b1176cc3d8cc6b290b3ec17af458f362d9200845f30da22057a8198744430' },
  ],
  arm64: [
    { name: 'base-files', version: '13.8+deb13u7', path: 'debian/pool/main/b/base-files/base-files_13.8+deb13u7_arm64.deb', size: 88_244, sha256: '5330362213dc8b9327a56383104235c269797d5db2fd8688f535298d4c44e4d2' },
    { name: 'bubblewrap', version: '0.12.0-1~deb13u1', path: 'debian/pool/main/b/bubblewrap/bubblewrap_0.12.0-1~deb13u1_arm64.deb', size: 54_820, sha256: 'd1ac1d0d81c815fc15842b9f04fdf414830ed14a0a602bf6344740f90bb36c00' },
    { name: 'coreutils', version: '9.7-3', path: 'debian/pool/main/c/coreutils/coreutils_9.7-3_arm64.deb', size: 2_948_764, sha256: '99b2531e8d16e4f2d3f239ae3cb57913ec1f43764d2d6cd5c69154cbb1e57f3e' },
    { name: 'dash', version: '0.5.12-12', path: 'debian/pool/main/d/dash/dash_0.5.12-12_arm64.deb', size: 95_648, sha256: 'ce4c8688a1a3ea510186ba95aba74d4c49863094e47e1effc0b602839e840c04' },
    { name: 'gcc-14-base', version: '14.2.0-19', path: 'debian/pool/main/g/gcc-14/gcc-14-base_14.2.0-19_arm64.deb', size: 49_444, sha256: '34ee90679b018c0e64234747a4c4c0ae6b7f63541115037465a8627c2dfbc594' },
    { name: 'libbsd0', version: '0.12.2-2', path: 'debian/pool/main/libb/libbsd/libbsd0_0.12.2-2_arm64.deb', size: 128_944, sha256: '6827c1b3ad8dcbf3478803f9150359433e3376a3bde01c4503888a22eb3924e3' },
    { name: 'libc6', version: '2.41-12+deb13u4', path: 'debian/pool/main/g/glibc/libc6_2.41-12+deb13u4_arm64.deb', size: 2_483_572, sha256: '8784eda966b189c777a384dac5ce009e8fc9b52d006926c5a013e7fa8aa688cc' },
    { name: 'libcap2', version: '1:2.75-10+deb13u1+b3', path: 'debian/pool/main/libc/libcap2/libcap2_2.75-10+deb13u1+b3_arm64.deb', size: 28_568, sha256: '863aa5b9cdf6f80010b48982d4639126b09a89eeef2c0c5c7be226297c811581' },
    { name: 'libedit2', version: '3.1-20250104-1', path: 'debian/pool/main/libe/libedit/libedit2_3.1-20250104-1_arm64.deb', size: 89_296, sha256: '496c31df89fac9cb7e98102fcc21daf887376dcd9914f6322c86dd5bd4360ff1' },
    { name: 'libgcc-s1', version: '14.2.0-19', path: 'debian/pool/main/g/gcc-14/libgcc-s1_14.2.0-19_arm64.deb', size: 54_104, sha256: '1108bc87879833d6d9a145f22a4a15cddb34e065b4b5f4b97bee586adbac2851' },
    { name: 'libgmp10', version: '2:6.3.0+dfsg-3', path: 'debian/pool/main/g/gmp/libgmp10_6.3.0+dfsg-3_arm64.deb', size: 535_088, sha256: 'a27bbc27f119161ea9702c8dd66f54131cdf0d2ca73000f50ea91ef2fdfef0fb' },
    { name: 'libjansson4', version: '2.14-2+b3', path: 'debian/pool/main/j/jansson/libjansson4_2.14-2+b3_arm64.deb', size: 39_228, sha256: '7938472b1ddfa8b0c8f58d5f44406ae7a77a342dbb502a02f6bf292b4f853ab0' },
    { name: 'libmd0', version: '1.1.0-2+b1', path: 'debian/pool/main/libm/libmd/libmd0_1.1.0-2+b1_arm64.deb', size: 33_664, sha256: '772e86842fd3fa1816a0cfee4833a73996aaa550461491543b886b9c8f999052' },
    { name: 'libmnl0', version: '1.0.5-3', path: 'debian/pool/main/libm/libmnl/libmnl0_1.0.5-3_arm64.deb', size: 11_852, sha256: 'f21bb29056e9ede0031cc411ffa3b1272858fa4b950e1cd9e50756c5c2ece97f' },
    { name: 'libnftables1', version: '1.1.3-1', path: 'debian/pool/main/n/nftables/libnftables1_1.1.3-1_arm64.deb', size: 310_092, sha256: '260b0790a8f567ef27d293e15c722d867de113d579c330be17d13354cd61c356' },
    { name: 'libnftnl11', version: '1.2.9-1', path: 'debian/pool/main/libn/libnftnl/libnftnl11_1.2.9-1_arm64.deb', size: 60_580, sha256: '070278465783af9f3c38a9465d3dec8ad51468a87b8c3a52f6451d4e95e08875' },
    { name: 'libpcre2-8-0', version: '10.46-1~deb13u3', path: 'debian-security/pool/updates/main/p/pcre2/libpcre2-8-0_10.46-1~deb13u3_arm64.deb', size: 262_648, sha256: '1a02b7129990690ea095fd35d7ace6853742923d158019e1fb4ef27efd2c51a7' },
    { name: 'libselinux1', version: '3.8.1-1', path: 'debian/pool/main/libs/libselinux/libselinux1_3.8.1-1_arm64.deb', size: 79_352, sha256: 'fc13da4c7783b8f4361d92ef1045931f298d1b0ac78ed1a85c2232615f49fc6f' },
    { name: 'libsmartcols1', version: '2.41.5-0+deb13u1', path: 'debian/pool/main/u/util-linux/libsmartcols1_2.41.5-0+deb13u1_arm64.deb', size: 139_452, sha256: '1881ac0bc2a58a52ecbf6e7690b17552233b71e94129db79e2302656b0d22f24' },
    { name: 'libstdc++6', version: '14.2.0-19', path: 'debian/pool/main/g/gcc-14/libstdc++6_14.2.0-19_arm64.deb', size: 637_536, sha256: '6669b0c52a2e7c6af9adfdabce3ff6e286065cdfbc7b85280862b5f799daebee' },
    { name: 'libtinfo6', version: '6.5+20250216-2', path: 'debian/pool/main/n/ncurses/libtinfo6_6.5+20250216-2_arm64.deb', size: 341_360, sha256: '2a747f7fff3c2347c357387a7133df997410f07ba1b1df1a1461a97bd7fbc2fc' },
    { name: 'libxtables12', version: '1.8.11-2', path: 'debian/pool/main/i/iptables/libxtables12_1.8.11-2_arm64.deb', size: 30_648, sha256: 'b200a559a4ae1b4ebcee4fb0fcaef6a16ef01abbe3da8887de15e800b1a6440d' },
    { name: 'nftables', version: '1.1.3-1', path: 'debian/pool/main/n/nftables/nftables_1.1.3-1_arm64.deb', size: 75_728, sha256: '6cced5fccfbd80a25dfbd4bd17cc16372d08cb76c9d1159532ba0f668aa77c37' },
    { name: 'runsc', version: '0.0~20240729.0-4+b7', path: 'debian/pool/main/g/golang-gvisor-gvisor/runsc_0.0~20240729.0-4+b7_arm64.deb', size: 6_133_804, sha256: '8e13e0625a094f962da3edcaf81ab0ed779726b6335e385a8148919f2c217c8e' },
    { name: 'util-linux', version: '2.41.5-0+deb13u1', path: 'debian/pool/main/u/util-linux/util-linux_2.41.5-0+deb13u1_arm64.deb', size: 1_199_468, sha256: 'd427f83a08d46107e8f7d39f1522a8a316e785e45f04ad657d2ecb7570210d84' },
  ],
};
